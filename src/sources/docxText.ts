import { unzipSync } from 'fflate';
import { htmlToMarkdown } from './htmlText.ts';
import { SourceFormatError, type SourceFile } from './sourceFile.ts';

/** A document of text is never larger; what states more would fill the memory. */
const mostBytes = 100 * 2 ** 20;

/** The text of a Word document, by way of HTML (mammoth). @throws SourceFormatError where it is none, or damaged */
export async function readDocx({ name, bytes }: SourceFile): Promise<string> {
  if (!holdsDocument(bytes))
    throw new SourceFormatError(
      `${name} is an archive, but no Word document (.docx); unpack it, or save it as .docx.`,
    );
  const { default: mammoth } = await import('mammoth');
  const arrayBuffer = bytes.slice().buffer;
  try {
    // Under Node mammoth takes a Buffer only; its build for browsers takes an ArrayBuffer only.
    const input =
      'Buffer' in globalThis ? { arrayBuffer, buffer: Buffer.from(arrayBuffer) } : { arrayBuffer };
    const noImages = { convertImage: mammoth.images.imgElement(async () => ({ src: '' })) };
    const { value } = await mammoth.convertToHtml(input, noImages);
    return htmlToMarkdown(value);
  } catch (error) {
    const advice = 'it is damaged. Open and save it again';
    throw new SourceFormatError(`${name} cannot be read as a Word document; ${advice}.`, { cause: error });
  }
}

/** Reads the directory of the archive only. */
function holdsDocument(bytes: Uint8Array): boolean {
  let [size, isFound] = [0, false];
  const look = ({ name, originalSize }: { name: string; originalSize: number }): boolean => {
    size += originalSize;
    isFound ||= /^word\/document\d*\.xml$/.test(name);
    return false;
  };
  try {
    unzipSync(bytes, { filter: look });
  } catch {
    return false;
  }
  return isFound && size < mostBytes;
}
