import { strToU8, zipSync } from 'fflate';
import type { SourceFile } from '../../src/sources/sourceFile.ts';

const paragraph = (text: string, style?: string): string =>
  `<w:p>${style ? `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>` : ''}<w:r><w:t>${text}</w:t></w:r></w:p>`;
const item = (text: string): string =>
  `<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>${text}</w:t></w:r></w:p>`;
const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const word = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packages = 'http://schemas.openxmlformats.org/package/2006';

/** A Word document of two headings, two paragraphs and a list, with only the parts that Word itself demands. */
export function docxFixture(): SourceFile {
  const body = [
    paragraph('The heart', 'Heading1'),
    paragraph('The heart has four chambers. It beats.'),
    item('left atrium'),
    item('right atrium'),
    paragraph('Valves', 'Heading2'),
    paragraph('Valves open &amp; close.'),
  ].join('');
  const style = (n: number): string =>
    `<w:style w:type="paragraph" w:styleId="Heading${n}"><w:name w:val="heading ${n}"/></w:style>`;
  const level = '<w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl>';
  const part = (name: string, kind: string): string =>
    `<Override PartName="/word/${name}.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.${kind}+xml"/>`;
  const relation = (id: string, kind: string, target: string): string =>
    `<Relationship Id="${id}" Type="${office}/${kind}" Target="${target}"/>`;
  const files = {
    '[Content_Types].xml': `${xml}<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>${part('document', 'document.main')}${part('styles', 'styles')}${part('numbering', 'numbering')}</Types>`,
    '_rels/.rels': `${xml}<Relationships xmlns="${packages}/relationships">${relation('r1', 'officeDocument', 'word/document.xml')}</Relationships>`,
    'word/_rels/document.xml.rels': `${xml}<Relationships xmlns="${packages}/relationships">${relation('r1', 'styles', 'styles.xml')}${relation('r2', 'numbering', 'numbering.xml')}</Relationships>`,
    'word/document.xml': `${xml}<w:document xmlns:w="${word}"><w:body>${body}</w:body></w:document>`,
    'word/styles.xml': `${xml}<w:styles xmlns:w="${word}">${style(1)}${style(2)}</w:styles>`,
    'word/numbering.xml': `${xml}<w:numbering xmlns:w="${word}"><w:abstractNum w:abstractNumId="0">${level}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>`,
  };
  const entries = Object.entries(files).map(([name, text]) => [name, strToU8(text)] as const);
  return { name: 'heart.docx', bytes: new Uint8Array(zipSync(Object.fromEntries(entries))) };
}

interface Line {
  readonly text: string;
  readonly size: number;
  readonly y: number;
}

const pages: readonly (readonly Line[])[] = [
  [
    { text: 'The heart', size: 20, y: 760 },
    { text: 'The heart has four cham-', size: 11, y: 730 },
    { text: 'bers. It beats all the time, and it', size: 11, y: 716 },
    { text: 'Its walls are made of muscle.', size: 11, y: 680 },
    { text: '\\225 left atrium', size: 11, y: 650 },
    { text: '\\225 right atrium', size: 11, y: 636 },
    { text: 'The blood goes from the heart to the', size: 11, y: 600 },
    { text: '1', size: 11, y: 40 },
  ],
  [
    { text: 'lungs and comes back.', size: 11, y: 760 },
    { text: 'Valves', size: 15, y: 720 },
    { text: 'Valves open and close.', size: 11, y: 700 },
  ],
];

/** A PDF file of two pages in Helvetica, or of pages without text. */
export function pdfFixture(isEmpty = false): SourceFile {
  const contents = pages.map((lines) =>
    isEmpty
      ? ''
      : lines.map(({ text, size, y }) => `BT /F1 ${size} Tf 60 ${y} Td (${text}) Tj ET`).join('\n'),
  );
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, i) => `${4 + 2 * i} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    ...contents.flatMap((stream, i) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${5 + 2 * i} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
      `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    ]),
  ];
  let file = '%PDF-1.4\n';
  const offsets = objects.map((object, i) => {
    const at = file.length;
    file += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const rows = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`;
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
  return { name: 'heart.pdf', bytes: new TextEncoder().encode(file + table + trailer) };
}
