/** A file as a person gave it. */
export interface SourceFile {
  /** Its name, with or without a path. */
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A file that cannot be read as what it should be. The message names the file and the way out. */
export class SourceFormatError extends Error {
  override readonly name = 'SourceFormatError';
}

const mark = (bytes: Uint8Array, length: number): string => String.fromCharCode(...bytes.subarray(0, length));

export const isPdf = ({ bytes }: SourceFile): boolean => mark(bytes, 1024).includes('%PDF-');
export const isZip = ({ bytes }: SourceFile): boolean => mark(bytes, 4) === 'PK\u0003\u0004';
export const isParquet = ({ bytes }: SourceFile): boolean => mark(bytes, 4) === 'PAR1';

/** The file's text. @throws SourceFormatError where it is no text in UTF-8 */
export function textOf({ name, bytes }: SourceFile): string {
  let text: string | undefined;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Said below.
  }
  if (text === undefined || text.includes('\u0000'))
    throw new SourceFormatError(
      `${name} is no text in UTF-8; save it as UTF-8, or in a format that can be read.`,
    );
  return text;
}
