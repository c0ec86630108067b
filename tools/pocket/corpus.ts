import { Random } from './random.ts';
import { articleAbout, factList, surveyOf, type TableDraw } from './plainText.ts';
import { recallDrill } from './drills.ts';
import { inventEntries, type InventionStyle } from './invented.ts';
import {
  answerOf,
  demonstrations,
  demonstrationsThenText,
  groundedTask,
  readingExercise,
  taskFrom,
  taskList,
  taskListTakenUp,
  taskListWithText,
  userTurn,
} from './taskText.ts';
import type { Task } from './tasks.ts';
import { heldBackTopics, openTopics, openTopicsInOwnWords } from './topics.ts';

/** A document of the corpus: running text, or one exchange of a conversation. */
export type CorpusDocument = { kind: DocumentKind; learned: LearnedPart } & (
  { role: 'text'; text: string } | { role: 'chat'; user: string; assistant: string }
);

/** What the loss counts of a document: every token, or only what follows "Answer:" or <|assistant|>. */
export type LearnedPart = 'all' | 'answers';

export type DocumentKind =
  | 'heldBackArticle'
  | 'heldBackSurvey'
  | 'heldBackList'
  | 'article'
  | 'survey'
  | 'factList'
  | 'chat'
  | 'readingChat'
  | 'demonstrations'
  | 'demonstrationsThenText'
  | 'readingExercise'
  | 'taskList'
  | 'taskListWithText'
  | 'drill';

/** What a corpus is made of. */
export interface CorpusStyle {
  /** How often a document of each kind is drawn. */
  readonly kinds: readonly (readonly [DocumentKind, number])[];
  readonly inventions: InventionStyle;
  readonly heldBackTables: TableDraw;
  /** Whether tasks about a text take up the words of the tasks shown before it. */
  readonly takesUp: boolean;
}

/** All that pocket is to know and do. Held-back domains have plain text only. */
const generalKinds: CorpusStyle['kinds'] = [
  ['heldBackArticle', 20],
  ['heldBackSurvey', 9],
  ['heldBackList', 9],
  ['article', 6],
  ['survey', 3],
  ['factList', 3],
  ['chat', 60],
  ['readingChat', 45],
  ['demonstrations', 14],
  ['demonstrationsThenText', 26],
  ['readingExercise', 30],
  ['taskList', 8],
  ['taskListWithText', 16],
  ['drill', 14],
];

/** More of what self-specialization lives on: reading, and writing tasks about a text. */
const readingKinds: CorpusStyle['kinds'] = [
  ['heldBackArticle', 22],
  ['heldBackSurvey', 10],
  ['heldBackList', 10],
  ['article', 4],
  ['survey', 2],
  ['factList', 2],
  ['chat', 46],
  ['readingChat', 40],
  ['demonstrations', 16],
  ['demonstrationsThenText', 42],
  ['readingExercise', 34],
  ['taskList', 8],
  ['taskListWithText', 42],
  ['drill', 20],
];

/**
 * As before, with most of the work on texts whose words tell nothing beforehand, and on tasks that take up the words of
 * those shown; every fact of the held-back domains is told about equally often.
 */
const wordingKinds: CorpusStyle['kinds'] = [
  ['heldBackArticle', 32],
  ['heldBackSurvey', 15],
  ['heldBackList', 18],
  ['article', 4],
  ['survey', 2],
  ['factList', 2],
  ['chat', 44],
  ['readingChat', 44],
  ['demonstrations', 16],
  ['demonstrationsThenText', 60],
  ['readingExercise', 44],
  ['taskList', 6],
  ['taskListWithText', 64],
  ['drill', 10],
];

const learningToRead = { heldBackTables: 'evenTables', takesUp: false } as const;

export const corpusStyles = {
  general: { kinds: generalKinds, inventions: 'syllables', ...learningToRead },
  reading: { kinds: readingKinds, inventions: 'anyPieces', ...learningToRead },
  wording: { kinds: wordingKinds, inventions: 'anyWords', heldBackTables: 'evenFacts', takesUp: true },
} as const satisfies Record<string, CorpusStyle>;

/**
 * Kinds that ask, with the share of them whose questions and texts the loss passes over: nobody can foresee an invented
 * text, and its answer would be a small part of the loss.
 */
const answersOnly: Partial<Record<DocumentKind, number>> = {
  chat: 0.6,
  readingChat: 0.8,
  demonstrations: 0.7,
  demonstrationsThenText: 0.8,
  readingExercise: 0.85,
};

const briefly = [
  'Answer briefly.',
  'Be brief.',
  'Short answer, please.',
  'Answer in a few words.',
  'Keep it short.',
];

/** The user's words with the answer in the style that they ask for: whole sentences unless told to be brief. */
function exchange(task: Task, random: Random, before = ''): { user: string; assistant: string } {
  const brief = random.chance(0.22);
  const asked = before ? `${task.instruction}\n${before}` : userTurn(task);
  const user = brief
    ? random.chance(0.5)
      ? `${asked} ${random.pick(briefly)}`
      : `${random.pick(briefly)} ${asked}`
    : asked;
  return { user, assistant: answerOf(task, brief ? 'short' : 'sentence') };
}

function readingExchange(random: Random, inventions: InventionStyle): { user: string; assistant: string } {
  const entries = random.chance(0.8)
    ? inventEntries(random, inventions)
    : random.pick(random.pick(openTopics).tables);
  const { passage, task } = groundedTask(entries, random);
  if (task.input) return exchange(task, random);
  return exchange(task, random, passage);
}

type Writer = (random: Random, style: CorpusStyle) => string | { user: string; assistant: string };

const writers: Record<DocumentKind, Writer> = {
  heldBackArticle: (random, style) => articleAbout(random.pick(heldBackTopics), random, style.heldBackTables),
  heldBackSurvey: (random, style) => surveyOf(random.pick(heldBackTopics), random, style.heldBackTables),
  heldBackList: (random, style) => factList(random.pick(heldBackTopics), random, style.heldBackTables),
  article: (random) => articleAbout(random.pick(openTopics), random, 'evenTables'),
  survey: (random) => surveyOf(random.pick(openTopics), random, 'evenTables'),
  factList: (random) => factList(random.pick(openTopics), random, 'evenTables'),
  chat: (random) => exchange(taskFrom(random.pick(openTopics), random), random),
  readingChat: (random, { inventions }) => readingExchange(random, inventions),
  demonstrations: (random) => demonstrations(random.pick(openTopics), random),
  demonstrationsThenText: (random, { inventions }) =>
    demonstrationsThenText(random.pick(openTopics), random, inventions),
  readingExercise: (random, { inventions }) => readingExercise(random, inventions),
  taskList: (random) => taskList(random.pick(openTopics), random),
  drill: (random, { inventions }) => recallDrill(random, inventions),
  taskListWithText: (random, { inventions, takesUp }) =>
    takesUp
      ? taskListTakenUp(random.pick(openTopicsInOwnWords), random, inventions)
      : taskListWithText(random.pick(openTopics), random, inventions),
};

/** An endless stream of documents, the same for the same seed. */
export function* corpusDocuments(
  seed: number,
  style: CorpusStyle = corpusStyles.general,
): Generator<CorpusDocument, never> {
  const random = new Random(seed);
  for (;;) {
    const kind = random.weighted(style.kinds);
    const written = writers[kind](random, style);
    const learned = random.chance(answersOnly[kind] ?? 0) ? 'answers' : 'all';
    yield typeof written === 'string'
      ? { role: 'text', kind, learned, text: written }
      : { role: 'chat', kind, learned, ...written };
  }
}
