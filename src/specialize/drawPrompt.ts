import { createRandom, type Random } from '../random.ts';
import { makeClaim } from './claims.ts';
import { type GenerationContext, wordsOfSeeds } from './generation.ts';
import type { Prompt } from './languageModel.ts';
import { createPassageOrders, passageAt, type PassageOrder } from './passageOrder.ts';
import { readStatements, type Statement } from './passageParts.ts';
import { drawKind, type TaskKind } from './taskKinds.ts';
import type { AnsweredTask, Passage, SeedTask, Side } from './tasks.ts';

/** What one instruction prompt shows. */
export interface TaskPrompt {
  readonly index: number;
  readonly side: Side;
  readonly demonstrations: readonly SeedTask[];
  readonly passage?: Passage | undefined;
  readonly content: PromptContent;
}

/** A prompt for tasks in context, one for a single task to a given answer, or a task that a rule wrote. */
export type PromptContent =
  | { readonly kind: 'inContext'; readonly prompt: Prompt }
  | { readonly kind: TaskKind; readonly prompt: Prompt; readonly output: string }
  | { readonly kind: TaskKind; readonly task: AnsweredTask };

/** Where the prompts of a run, by their index, come from. */
export interface PromptSource {
  readonly context: GenerationContext;
  readonly passages: Readonly<Record<Side, PassageOrder>>;
  /** Read when a kind first needs them. */
  readonly statements: (side: Side) => readonly Statement[];
}

/** @param isShown which passages prompts may be about; all of them may lend words to false claims */
export function createPromptSource(
  context: GenerationContext,
  isShown: (passage: Passage) => boolean,
): PromptSource {
  const read: Partial<Record<Side, readonly Statement[]>> = {};
  const seedWords = wordsOfSeeds(context.sources);
  const statements = (side: Side) =>
    (read[side] ??= readStatements(context.sources[side].passages, seedWords));
  return { context, passages: createPassageOrders(context, isShown), statements };
}

/**
 * Draws a prompt: its side of the split, a few random seeds of that side, perhaps a passage, and the kind. Where a kind finds
 * nothing to begin with (no labels, no passage), the prompt is in context.
 */
export function drawPrompt(source: PromptSource, index: number): TaskPrompt {
  const { subject, sources, prompts, settings } = source.context;
  const random = createRandom(settings.seed, 'instructions', index);
  const side = sources.valid.seeds.length > 0 && random.next() < settings.validFraction ? 'valid' : 'train';
  const demonstrations = random.sample(sources[side].seeds, settings.instructionDemonstrations);
  const passage =
    random.next() < settings.passageShare ? passageAt(source.passages[side], settings, index) : undefined;
  const special = drawers[drawKind(settings, index)](source, side, index);
  if (special) return { index, side, ...special };
  const request = { subject, demonstrations, passage: passage?.text, count: settings.tasksPerPrompt };
  const content = { kind: 'inContext', prompt: prompts.writeTasks(request) } as const;
  return { index, side, demonstrations, passage, content };
}

type Drawn = Omit<TaskPrompt, 'index' | 'side'>;
type Drawer = (source: PromptSource, side: Side, index: number) => Drawn | null;

const drawers: Readonly<Record<TaskKind, Drawer>> = {
  inContext: () => null,
  labelFirst: drawLabel,
  spanFirst: drawSpan,
  claim: drawClaim,
  backtranslation: drawText,
};

const streamOf = ({ context }: PromptSource, kind: TaskKind, index: number): Random =>
  createRandom(context.settings.seed, kind, index);

const labelsKey = ({ labels }: SeedTask): string => (labels ?? []).toSorted().join('\n');

/** A label of a labelled seed's, beside seeds with the same labels to choose from. */
function drawLabel(source: PromptSource, side: Side, index: number): Drawn | null {
  const { subject, sources, prompts, settings } = source.context;
  const random = streamOf(source, 'labelFirst', index);
  const labelled = sources[side].seeds.filter(({ labels }) => labels !== undefined);
  const [chosen] = random.sample(labelled, 1);
  if (!chosen?.labels) return null;
  const { labels } = chosen;
  const answer = labels[random.below(labels.length)]!;
  const alike = labelled.filter((seed) => labelsKey(seed) === labelsKey(chosen));
  const demonstrations = random.sample(alike, settings.instructionDemonstrations);
  const prompt = prompts.taskForLabel({ subject, demonstrations, labels, answer });
  return { demonstrations, content: { kind: 'labelFirst', prompt, output: answer } };
}

/** A statement of the passage whose turn it is. */
function drawStatement(source: PromptSource, side: Side, index: number, random: Random): Statement | null {
  const passage = passageAt(source.passages[side], source.context.settings, index);
  if (!passage) return null;
  const own = source.statements(side).filter((statement) => statement.passage === passage);
  return random.sample(own, 1)[0] ?? null;
}

/** Seeds without labels: questions whose answers are words of their own. */
function openSeeds({ context }: PromptSource, side: Side, random: Random): SeedTask[] {
  const open = context.sources[side].seeds.filter(({ labels }) => labels === undefined);
  return random.sample(open, context.settings.instructionDemonstrations);
}

function drawSpan(source: PromptSource, side: Side, index: number): Drawn | null {
  const { subject, prompts } = source.context;
  const random = streamOf(source, 'spanFirst', index);
  const statement = drawStatement(source, side, index, random);
  const [span] = statement ? random.sample(statement.spans, 1) : [];
  if (!statement || !span) return null;
  const demonstrations = openSeeds(source, side, random);
  const { text, passage } = statement;
  const prompt = prompts.taskForSpan({ subject, demonstrations, text, answer: span.text });
  return { demonstrations, passage, content: { kind: 'spanFirst', prompt, output: span.text } };
}

function drawClaim(source: PromptSource, side: Side, index: number): Drawn | null {
  const random = streamOf(source, 'claim', index);
  const statement = drawStatement(source, side, index, random);
  const claim = statement && makeClaim(statement, source.statements(side), random);
  if (!claim) return null;
  const task = source.context.prompts.judgeClaim(claim.text, claim.isTrue);
  return { demonstrations: [], passage: statement.passage, content: { kind: 'claim', task } };
}

function drawText(source: PromptSource, side: Side, index: number): Drawn | null {
  const { subject, prompts } = source.context;
  const random = streamOf(source, 'backtranslation', index);
  const statement = drawStatement(source, side, index, random);
  if (!statement) return null;
  const demonstrations = openSeeds(source, side, random);
  const prompt = prompts.taskForText({ subject, demonstrations, answer: statement.text });
  const content = { kind: 'backtranslation', prompt, output: statement.text } as const;
  return { demonstrations, passage: statement.passage, content };
}
