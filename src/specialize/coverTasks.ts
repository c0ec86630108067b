import type { Phase } from './events.ts';
import { type CoverageMap, measureCoverage } from './coverage.ts';
import { generateInstructions } from './generateInstructions.ts';
import { type GenerationContext, type GenerationEvents, progress } from './generation.ts';
import type { LanguageModel, Scorer } from './languageModel.ts';
import { type GeneratedTask, isRecited, type Passage } from './tasks.ts';

/** At least this share of the passages is written about next, the emptiest first. */
const leastShare = 0.25;

/**
 * `generateInstructions` in two halves: after half of the tasks, or of the prompts, the map is drawn, and prompts of the
 * second half that show a passage of the documents show those around which there are no tasks yet.
 * @param start where an interrupted run continues
 */
export async function* generateCovering(
  context: GenerationContext,
  model: LanguageModel & Embedder,
  start: { readonly promptsUsed: () => number; readonly half: CoverageMap | undefined },
): GenerationEvents {
  const { tasks, maxPrompts } = context.settings;
  let { half } = start;
  if (!half) {
    const end = { tasks: Math.ceil(tasks / 2), maxPrompts: Math.ceil(maxPrompts / 2) };
    yield* generateInstructions(context, model, start.promptsUsed(), { end });
    half = await drawMap(context, model, (task) => task.decision !== 'rejected');
    yield { type: 'coverageMeasured', of: 'half', map: half };
  }
  yield* generateInstructions(context, model, start.promptsUsed(), { isShown: isAmongEmptiest(half) });
}

/** Draws the map of what was kept, beside all passages. */
export async function* mapKept(context: GenerationContext, model: Embedder, phase: Phase): GenerationEvents {
  const map = await drawMap(context, model, (task) => task.decision === 'kept');
  yield { type: 'coverageMeasured', of: 'kept', map };
  yield progress(phase, 1, 1);
}

type Embedder = Pick<Scorer, 'embed'>;

async function drawMap(
  context: GenerationContext,
  model: Embedder,
  isWanted: (task: GeneratedTask) => boolean,
): Promise<CoverageMap> {
  const { ready, tasks, signal } = context;
  const passages = documentsOf(context).map(({ id, text }) => ({ id, text }));
  const written = tasks()
    .filter(isWanted)
    .map(({ id, instruction, input }) => ({ id, text: `${instruction}\n${input}`.trim() }));
  const texts = [...passages, ...written];
  await ready();
  const request = signal && { signal };
  const points = await model.embed(
    texts.map(({ text }) => text),
    request,
  );
  const embedded = texts.map(({ id }, i) => ({ id, point: points[i]! }));
  return measureCoverage(embedded.slice(0, passages.length), embedded.slice(passages.length));
}

/** The documents' passages of both sides. */
function documentsOf({ sources }: GenerationContext): Passage[] {
  return [...sources.train.passages, ...sources.valid.passages].filter((passage) => !isRecited(passage));
}

/** Recited facts, and those passages of documents that have fewest tasks around them. */
function isAmongEmptiest({ passages }: CoverageMap): (passage: Passage) => boolean {
  const sparse = passages.toSorted((a, b) => a.density - b.density);
  const uncovered = passages.filter(({ isCovered }) => !isCovered).length;
  const count = Math.max(uncovered, Math.ceil(leastShare * passages.length));
  const wanted = new Set(sparse.slice(0, count).map(({ id }) => id));
  return (passage) => isRecited(passage) || wanted.has(passage.id);
}
