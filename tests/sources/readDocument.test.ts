import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../../src/sources/readDocument.ts';
import { SourceFormatError } from '../../src/sources/sourceFile.ts';
import { chunkDocument, countWords } from '../../src/specialize/retrieve.ts';
import { docxFixture, pdfFixture } from '../support/documentFixtures.ts';
import { sourceFixture, textFile } from '../support/sourceFixture.ts';

const blocks = async (...given: Parameters<typeof readDocument>) =>
  (await readDocument(...given)).text.trim().split('\n\n');

describe('readDocument', () => {
  it('leaves text and Markdown as they are', async () => {
    const text = '\uFEFF# A\n\nLine\nline < 3.\n';
    expect(await readDocument(textFile('a.md', text))).toEqual({ id: 'a.md', text: text.slice(1) });
  });

  it('reads HTML without what belongs to the page only', async () => {
    expect(await blocks(sourceFixture('heart.html'))).toEqual([
      '# The heart',
      'The heart has four chambers. It beats.',
      '- left atrium',
      '- right atrium',
      '## Valves',
      '\\# is a mark here.',
      'Valves open & close. Often.',
      'Valve | Place',
      'mitral | left',
    ]);
  });

  it('reads Word documents with headings and lists', async () => {
    expect(await blocks(docxFixture())).toEqual([
      '# The heart',
      'The heart has four chambers. It beats.',
      '- left atrium',
      '- right atrium',
      '## Valves',
      'Valves open & close.',
    ]);
  });

  it('reads PDF: headings by size, paragraphs by gaps, across pages and divided words', async () => {
    expect(await blocks(pdfFixture())).toEqual([
      '# The heart',
      'The heart has four chambers. It beats all the time, and it',
      'Its walls are made of muscle.',
      '- left atrium',
      '- right atrium',
      'The blood goes from the heart to the lungs and comes back.',
      '## Valves',
      'Valves open and close.',
    ]);
  });

  it('gives passages that say under which headings they stood', async () => {
    const passages = chunkDocument(await readDocument(docxFixture()), 40, countWords);
    expect(passages.map(({ id, text }) => [id, text])).toEqual([
      ['heart.docx#1', 'The heart: The heart has four chambers. It beats. - left atrium - right atrium'],
      ['heart.docx#2', 'The heart > Valves: Valves open & close.'],
    ]);
  });

  it.each([
    ['an empty file', textFile('a.txt', ' \n'), 'a.txt holds no text; choose a file with text in it.'],
    ['a page of scripts only', textFile('a.html', '<script>x</script>'), 'a.html holds no text'],
    [
      'a PDF of pictures',
      pdfFixture(true),
      'heart.pdf holds no text; scanned pages must go through text recognition',
    ],
    ['half a PDF', textFile('a.pdf', '%PDF-1.4\nnothing'), 'a.pdf cannot be read as PDF; it is damaged.'],
    [
      'another archive',
      { name: 'a.zip', bytes: new Uint8Array(zipSync({ a: new Uint8Array(3) })) },
      'a.zip is an archive, but no Word document',
    ],
    [
      'a damaged Word document',
      { name: 'a.docx', bytes: new Uint8Array(zipSync({ 'word/document.xml': new Uint8Array(3) })) },
      'a.docx cannot be read as a Word document; it is damaged.',
    ],
    ['bytes', { name: 'a.bin', bytes: Uint8Array.of(0, 255, 3) }, 'a.bin is no text in UTF-8'],
  ])('refuses %s in one sentence', async (_, file, message) => {
    const refused = await readDocument(file).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(SourceFormatError);
    expect((refused as Error).message).toContain(message);
    expect((refused as Error).message).toMatch(/^[^\n]*\.$/);
  });

  it('stops when it is told to', async () => {
    await expect(readDocument(pdfFixture(), AbortSignal.abort(new Error('stopped')))).rejects.toThrow(
      'stopped',
    );
  });
});
