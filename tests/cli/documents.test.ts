import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readDocuments } from '../../src/cli/documents.ts';
import { checkDomain } from '../../src/specialize/domain.ts';
import { docxFixture, pdfFixture } from '../support/documentFixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'whittle-documents-'));
const at = (name: string) => join(folder, name);
const domain = checkDomain({
  ...{ name: 'D', documents: ['own.md'], seeds: [{ instruction: 'a', output: 'b' }] },
});

beforeAll(() => {
  mkdirSync(at('more/deep'), { recursive: true });
  mkdirSync(at('none'));
  writeFileSync(at('own.md'), '# Own\n\nText.\n');
  writeFileSync(at('page.html'), '<h1>Page</h1><p>Text.</p>');
  writeFileSync(at('more/heart.docx'), docxFixture().bytes);
  writeFileSync(at('more/deep/heart.pdf'), pdfFixture().bytes);
  writeFileSync(at('more/picture.png'), Uint8Array.of(0x89, 0x50, 0));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('reads files and folders of every kind, named from the domain on', async () => {
  const found = await readDocuments(at('domain.json'), domain, [at('page.html'), at('more')]);
  expect(found.map(({ id, text }) => [id, text.split('\n')[0]])).toEqual([
    ['own.md', '# Own'],
    ['page.html', '# Page'],
    ['more/deep/heart.pdf', '# The heart'],
    ['more/heart.docx', '# The heart'],
  ]);
});

it('reads a file once, however often it is named', async () => {
  const found = await readDocuments(at('domain.json'), domain, [folder, at('more/heart.docx')]);
  expect(found.map(({ id }) => id)).toEqual([
    ...['own.md', 'more/deep/heart.pdf', 'more/heart.docx', 'page.html'],
  ]);
});

it('says which file or folder is of no use', async () => {
  const read = (path: string) => readDocuments(at('domain.json'), domain, [path]);
  await expect(read(at('absent'))).rejects.toThrow(
    /^There is no file or folder .*absent; --documents takes one\.$/,
  );
  await expect(read(at('none'))).rejects.toThrow(/none holds no \.txt, \.md, \.html, \.pdf or \.docx file/);
  await expect(read(at('more/picture.png'))).rejects.toThrow('more/picture.png');
});
