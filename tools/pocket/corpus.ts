import { Random } from './random.ts';
import { articleAbout, factList, surveyOf } from './plainText.ts';
import { recallDrill } from './drills.ts';
import { inventEntries } from './invented.ts';
import {
  answerOf,
  demonstrations,
  demonstrationsThenText,
  groundedTask,
  readingExercise,
  taskFrom,
  taskList,
  taskListWithText,
  userTurn,
} from './taskText.ts';
import type { Task } from './tasks.ts';
import { heldBackTopics, openTopics } from './topics.ts';

/** A document of the corpus: running text, or one exchange of a conversation. */
export type CorpusDocument =
  | { role: 'text'; kind: DocumentKind; text: string }
  | { role: 'chat'; kind: DocumentKind; user: string; assistant: string };

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

/** How often a document of each kind is drawn. Held-back domains have plain text only. */
export const mixture: [DocumentKind, number][] = [
  ['heldBackArticle', 22],
  ['heldBackSurvey', 10],
  ['heldBackList', 8],
  ['article', 9],
  ['survey', 4],
  ['factList', 4],
  ['chat', 80],
  ['readingChat', 18],
  ['demonstrations', 16],
  ['demonstrationsThenText', 13],
  ['readingExercise', 8],
  ['taskList', 8],
  ['taskListWithText', 12],
  ['drill', 16],
];

/** The mixture of the last part of training: the facts stay, reading and answering as shown before come to the fore. */
export const readingMixture: typeof mixture = [
  ['heldBackArticle', 16],
  ['heldBackSurvey', 7],
  ['heldBackList', 7],
  ['article', 4],
  ['survey', 2],
  ['factList', 2],
  ['chat', 45],
  ['readingChat', 34],
  ['demonstrations', 18],
  ['demonstrationsThenText', 28],
  ['readingExercise', 30],
  ['taskList', 9],
  ['taskListWithText', 15],
  ['drill', 10],
];

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

function readingExchange(random: Random): { user: string; assistant: string } {
  const entries = random.chance(0.8) ? inventEntries(random) : random.pick(random.pick(openTopics).tables);
  const { passage, task } = groundedTask(entries, random);
  if (task.input) return exchange(task, random);
  return exchange(task, random, passage);
}

type Writer = (random: Random) => string | { user: string; assistant: string };

const writers: Record<DocumentKind, Writer> = {
  heldBackArticle: (random) => articleAbout(random.pick(heldBackTopics), random),
  heldBackSurvey: (random) => surveyOf(random.pick(heldBackTopics), random),
  heldBackList: (random) => factList(random.pick(heldBackTopics), random),
  article: (random) => articleAbout(random.pick(openTopics), random),
  survey: (random) => surveyOf(random.pick(openTopics), random),
  factList: (random) => factList(random.pick(openTopics), random),
  chat: (random) => exchange(taskFrom(random.pick(openTopics), random), random),
  readingChat: readingExchange,
  demonstrations: (random) => demonstrations(random.pick(openTopics), random),
  demonstrationsThenText: (random) => demonstrationsThenText(random.pick(openTopics), random),
  readingExercise,
  taskList: (random) => taskList(random.pick(openTopics), random),
  drill: recallDrill,
  taskListWithText: (random) => taskListWithText(random.pick(openTopics), random),
};

/** An endless stream of documents, the same for the same seed. */
export function* corpusDocuments(seed: number, kinds = mixture): Generator<CorpusDocument, never> {
  const random = new Random(seed);
  for (;;) {
    const kind = random.weighted(kinds);
    const written = writers[kind](random);
    yield typeof written === 'string'
      ? { role: 'text', kind, text: written }
      : { role: 'chat', kind, ...written };
  }
}
