import { checkDomain, DomainFormatError, parseDomain, type Domain } from './domain.ts';
import { readDomainMarkdown, type MarkdownDomain } from './domainMarkdown.ts';

/**
 * Reads a domain file, whichever form it has: Markdown begins with "#", JSON with "{".
 * @throws DomainFormatError with one sentence per fault, naming the row and, of Markdown, the line
 */
export function readDomain(text: string): Domain {
  return /^\uFEFF?\s*#/.test(text) ? checkMarkdown(readDomainMarkdown(text)) : parseDomain(text);
}

function checkMarkdown({ file, lines }: MarkdownDomain): Domain {
  try {
    return checkDomain(file);
  } catch (error) {
    if (!(error instanceof DomainFormatError)) throw error;
    const message = error.message.replace(
      /^Row (\d+) of "(seeds|heldOut|retention)"/gm,
      (row, n: string, list) => {
        const line = lines[list as keyof typeof lines][Number(n) - 1];
        return line === undefined ? row : `Line ${line}: row ${n} of "${list}"`;
      },
    );
    throw new DomainFormatError(message, { cause: error });
  }
}
