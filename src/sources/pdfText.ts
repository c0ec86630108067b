import { linesToMarkdown, type PdfLine } from './pdfLines.ts';
import { withoutStrays } from './strayRejections.ts';
import { SourceFormatError, type SourceFile } from './sourceFile.ts';

/**
 * The text of a PDF file (pdf.js). Its worker code runs in this thread: under Node there is no other, and the page calls
 * this from a worker of its own.
 * @throws SourceFormatError where it is damaged or locked; the signal's reason between two pages
 */
export function readPdf(file: SourceFile, signal?: AbortSignal): Promise<string> {
  return withoutStrays(isOfPdfJs, () => readPages(file, signal));
}

/** Its errors are no `Error`s, but are named like one. */
const isOfPdfJs = (reason: unknown): boolean => {
  const { name, stack } = (reason ?? {}) as { name?: unknown; stack?: unknown };
  return String(name).endsWith('Exception') || String(stack).includes('pdfjs-dist');
};

/** Nothing is drawn, fetched or compiled. */
const textOnly = {
  ...{ isEvalSupported: false, useWorkerFetch: false, useWasm: false, stopAtErrors: false },
  ...{ useSystemFonts: false, disableFontFace: true },
};

async function readPages({ name, bytes }: SourceFile, signal?: AbortSignal): Promise<string> {
  const [{ getDocument, VerbosityLevel }, worker] = await Promise.all([
    import('pdfjs-dist/legacy/build/pdf.mjs'),
    import('pdfjs-dist/legacy/build/pdf.worker.mjs'),
  ]);
  (globalThis as { pdfjsWorker?: unknown }).pdfjsWorker = worker;
  // pdf.js takes the bytes for itself.
  const task = getDocument({ ...textOnly, data: bytes.slice(), verbosity: VerbosityLevel.ERRORS });
  try {
    const document = await task.promise;
    const lines: PdfLine[] = [];
    for (let page = 1; page <= document.numPages; page++) {
      signal?.throwIfAborted();
      const { items } = await (await document.getPage(page)).getTextContent();
      lines.push(...linesOf(items, page));
    }
    return linesToMarkdown(lines);
  } catch (error) {
    signal?.throwIfAborted();
    const isLocked = error instanceof Error && error.name === 'PasswordException';
    const reason = isLocked
      ? 'is locked with a password; save it without one'
      : 'cannot be read as PDF; it is damaged';
    throw new SourceFormatError(`${name} ${reason}.`, { cause: error });
  } finally {
    await task.destroy().catch(() => undefined);
  }
}

interface TextItem {
  readonly str: string;
  /** Scale, rotation and place; the last two numbers are x and y, from the bottom. */
  readonly transform: readonly number[];
  readonly height: number;
  readonly hasEOL: boolean;
}

/** Pieces of text that stand on one line. */
function linesOf(items: readonly object[], page: number): PdfLine[] {
  const lines: PdfLine[] = [];
  let isOpen = false;
  for (const item of items) {
    if (!('str' in item)) continue;
    const { str, transform, height, hasEOL } = item as TextItem;
    const y = Number(transform[5]);
    const last = lines.at(-1);
    if (last && isOpen && Math.abs(last.y - y) < Math.max(last.size, height) / 2) {
      lines[lines.length - 1] = { ...last, text: last.text + str, size: Math.max(last.size, height) };
    } else if (str !== '') lines.push({ text: str, y, size: height, page });
    isOpen = !hasEOL;
  }
  return lines.filter(({ text }) => text.trim() !== '');
}
