import { Parser } from 'htmlparser2';

/** What nobody reads: code, menus, and what belongs to the page and not to the text. */
const skipped = new Set(
  (
    'script style noscript template nav svg math iframe object canvas audio video ' +
    'head footer form button select textarea dialog'
  ).split(' '),
);

/** Elements that end a paragraph before and after them. */
const blocks = new Set(
  (
    'p div section article main aside header blockquote pre figure figcaption ' +
    'h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption tr address details summary hr body html'
  ).split(' '),
);

/**
 * The text of a page as Markdown: headings, paragraphs, list items and, of tables, one line per row with bars between the
 * cells. Scripts, styles, menus, forms and footers are left out.
 */
export function htmlToMarkdown(html: string): string {
  const text = new TextCollector();
  const parser = new Parser(
    {
      onopentag: (name) => text.open(name),
      onclosetag: (name) => text.close(name),
      ontext: (data) => text.add(data),
    },
    { decodeEntities: true },
  );
  parser.write(html);
  parser.end();
  return text.markdown();
}

class TextCollector {
  readonly #paragraphs: string[] = [];
  #current = '';
  /** What the paragraph begins with: marks of a heading or a list item. */
  #prefix = '';
  #hidden = 0;

  open(name: string): void {
    if (skipped.has(name)) this.#hidden++;
    const level = /^h([1-6])$/.exec(name)?.[1];
    if (blocks.has(name)) this.#endParagraph();
    if (level !== undefined) this.#prefix = `${'#'.repeat(Number(level))} `;
    if (name === 'li') this.#prefix = '- ';
    if (name === 'br') this.add(' ');
    if ((name === 'td' || name === 'th') && this.#current.trim() !== '') this.add(' | ');
  }

  close(name: string): void {
    if (skipped.has(name)) this.#hidden = Math.max(0, this.#hidden - 1);
    if (blocks.has(name)) this.#endParagraph();
  }

  add(text: string): void {
    if (this.#hidden === 0) this.#current += text;
  }

  #endParagraph(): void {
    const text = this.#current.replace(/\s+/g, ' ').trim();
    this.#current = '';
    // A list item may begin with a block of its own.
    if (text === '') return;
    const isMarked = this.#prefix === '' && /^(#{1,6}\s|[-*+]\s)/.test(text);
    this.#paragraphs.push(`${this.#prefix}${isMarked ? `\\${text}` : text}`);
    this.#prefix = '';
  }

  markdown(): string {
    this.#endParagraph();
    return `${this.#paragraphs.join('\n\n')}\n`;
  }
}
