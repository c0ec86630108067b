import type { DroppedRow, ImportedRows, ImportedTask } from './importedRows.ts';

const tagged = /^(\S+)(?:[ \t]+\S+)*[ \t]+(?:O|[BIESLU](?:-\S+)?)$/;

/** Whether a text is made of lines that end in tags: `token<TAB>tag`, as CoNLL has it, perhaps with columns between. */
export function isTagged(text: string): boolean {
  const lines = text.split(/\r?\n/, 200).slice(0, -1);
  const written = lines.filter((line) => line.trim() !== '' && !line.startsWith('-DOCSTART-'));
  return (
    written.length > 1 && written.filter((line) => tagged.test(line.trim())).length > 0.9 * written.length
  );
}

interface Token {
  readonly text: string;
  readonly tag: string;
}

interface Sentence {
  /** Line of its first token, from 1. */
  readonly line: number;
  readonly tokens: Token[];
}

/**
 * Named entities in IOB tags (also IOBES and BILOU), a blank line between sentences, as BC5CDR and NCBI-disease come:
 * for each kind of entity that a sentence names, one task "List the diseases named in the text.". Sentences that name
 * none are dropped.
 * @param entities what is named where tags are plain B and I, in the plural
 */
export function readTagged(text: string, file: string, entities = 'entities'): ImportedRows {
  const tasks: ImportedTask[] = [];
  const dropped: DroppedRow[] = [];
  for (const { line, tokens } of sentencesOf(text)) {
    const { sentence, named } = joinTokens(tokens);
    const fault = tokens.find(({ tag }) => tag === '');
    if (fault)
      dropped.push({ file, row: line, reason: `has a line without a tag ("${fault.text.slice(0, 30)}")` });
    else if (named.size === 0) dropped.push({ file, row: line, reason: 'names nothing' });
    else
      for (const [kind, names] of named)
        tasks.push(listTask(kind || entities, sentence, names, { file, row: line }));
  }
  return { format: 'iob', tasks, dropped, notes: [] };
}

function listTask(
  kind: string,
  input: string,
  names: ReadonlySet<string>,
  origin: { file: string; row: number },
): ImportedTask {
  const instruction = `List the ${pluralOf(kind)} named in the text.`;
  return { instruction, input, output: [...names].join(', '), task: `list-${kind.toLowerCase()}`, origin };
}

function sentencesOf(text: string): Sentence[] {
  const sentences: Sentence[] = [];
  let isInside = false;
  for (const [i, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const [token, ...rest] = line.trim().split(/[ \t]+/);
    const isToken = token !== undefined && token !== '' && token !== '-DOCSTART-';
    if (isToken && !isInside) sentences.push({ line: i + 1, tokens: [] });
    if (isToken) sentences.at(-1)!.tokens.push({ text: token, tag: rest.at(-1) ?? '' });
    isInside = isToken;
  }
  return sentences;
}

/** The sentence as people write it, and the names in it by kind, each once, in order. */
function joinTokens(tokens: readonly Token[]): { sentence: string; named: Map<string, Set<string>> } {
  let sentence = '';
  const spans: { kind: string; start: number; end: number }[] = [];
  let open: string | undefined;
  for (const { text, tag } of tokens) {
    const isGlued = sentence === '' || /^[,.;:!?%)\]}'’]/.test(text) || /[([{]$/.test(sentence);
    if (!isGlued) sentence += ' ';
    const start = sentence.length;
    sentence += text;
    const [, mark, kind = ''] = /^([A-Z])(?:-(.+))?$/.exec(tag) ?? [];
    const isNamed = mark !== undefined && mark !== 'O';
    const isContinued = isNamed && 'IEL'.includes(mark) && open === kind;
    if (isContinued) spans.at(-1)!.end = sentence.length;
    else if (isNamed) spans.push({ kind, start, end: sentence.length });
    open = isNamed ? kind : undefined;
  }
  const named = new Map<string, Set<string>>();
  for (const { kind, start, end } of spans)
    named.set(kind, (named.get(kind) ?? new Set()).add(sentence.slice(start, end)));
  return { sentence, named };
}

const plurals: Readonly<Record<string, string>> = {
  per: 'persons',
  loc: 'places',
  org: 'organisations',
  misc: 'other names',
  gpe: 'countries and cities',
};

/** `Chemical` → `chemicals`, `cell_type` → `cell types`. */
function pluralOf(kind: string): string {
  const word = kind.toLowerCase().replaceAll('_', ' ');
  if (Object.hasOwn(plurals, word)) return plurals[word]!;
  if (/[^s]s$/.test(word)) return word;
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(s|x|z|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
}
