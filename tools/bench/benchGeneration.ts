import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDevice, openModel } from '../../src/cli/openModel.ts';
import { describeWriting, WritingTotals } from '../../src/specialize/writingTotals.ts';
import { ModelSession } from '../../src/engine/modelSession.ts';
import { promptsFor } from '../../src/engine/specializeModel.ts';
import type {
  CallProgress,
  CompletionRequest,
  LanguageModel,
  Scorer,
  Prompt,
} from '../../src/specialize/languageModel.ts';
import { parseDomain } from '../../src/specialize/domain.ts';
import { settingsPresets } from '../../src/specialize/presets.ts';
import { resolveSettings } from '../../src/specialize/resolveSettings.ts';
import { specialize } from '../../src/specialize/specialize.ts';
import { knownShape } from './benchMemory.ts';
import { benchPrompts } from './benchPrompts.ts';

/** What the pipeline asked in one call. */
interface Call {
  readonly prompts: readonly Prompt[];
  readonly request: CompletionRequest;
}

/** Measures how prompts are read and rows written in a model of real size (`prompts`), and how a run fills its batches (`run`). */
export async function benchGeneration(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      tasks: { type: 'string', default: '300' },
      'batch-size': { type: 'string', default: '16' },
      device: { type: 'string', default: 'cpu' },
      domain: { type: 'string', default: 'biomedicine' },
      repeats: { type: 'string', default: '2' },
      model: { type: 'string', default: 'SmolLM2-135M' },
      part: { type: 'string', default: 'prompts,run' },
    },
  });
  const parts = values.part.split(',');
  if (parts.includes('prompts')) await benchPrompts(knownShape(values.model));
  if (parts.includes('run')) await benchRun(values);
}

/**
 * Lets the embedded model write a run's data and keeps what it was asked; then asks all of it again, in turn with batches
 * that are filled continuously and with batches that run until their slowest row ends, each call as large as a batch.
 */
async function benchRun(values: Record<'tasks' | 'batch-size' | 'device' | 'domain' | 'repeats', string>) {
  const batchSize = Number(values['batch-size']);
  const device = await openDevice({ device: values.device, threads: undefined });
  const model = await openModel({ model: 'public/models/pocket', dtype: 'q4', device: values.device });
  const continuous = new ModelSession(model, device, { batchSize });
  const fixed = new ModelSession(model, device, { batchSize, hasFixedBatches: true });
  const calls = await callsOfRun(continuous, Number(values.tasks), batchSize, values.domain);
  const prompts = calls.reduce((sum, call) => sum + call.prompts.length, 0);
  console.log(`${device.description}; ${prompts} prompts in ${calls.length} calls, ${batchSize} rows`);
  const slices = calls.flatMap((call) => slicesOf(call, batchSize));
  for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
    report('filled continuously', await ask(continuous, calls));
    report('run to their ends, as large calls', await ask(fixed, calls));
    report('run to their ends, a batch per call', await ask(fixed, slices, batchSize));
  }
  await device.dispose();
}

/** Runs the writing phases of a run and returns what the model was asked. */
async function callsOfRun(
  session: ModelSession,
  tasks: number,
  batchSize: number,
  domain: string,
): Promise<Call[]> {
  const calls: Call[] = [];
  const base = session.languageModel(null);
  const totals = new WritingTotals();
  const model: LanguageModel & Scorer = {
    ...base,
    complete: (prompts, request) => {
      calls.push({ prompts, request });
      return base.complete(prompts, request);
    },
  };
  const subject = parseDomain(await readFile(`public/domains/${domain}.json`, 'utf8'));
  const documents = subject.documents.map(async (id) => ({ id, text: await readFile(join('public/domains', id), 'utf8') })); // prettier-ignore
  const run = specialize({
    domain: subject,
    documents: await Promise.all(documents),
    settings: resolveSettings({ tasks, batchSize }, settingsPresets.pocket),
    prompts: promptsFor(session.model),
    model,
    withAdapter: () => model,
    // oxlint-disable-next-line require-yield -- a run ends here
    train: async function* () {
      throw new Error('Nothing is trained here.');
    },
    countTokens: (text) => session.model.tokenizer.encode(text, false).length,
    onWriting: (progress) => totals.note(progress),
  });
  for await (const event of run) {
    const written = event.type === 'phaseFinished' && totals.take();
    if (written) console.log(`${event.phase.stage}: ${describeWriting(written)}`);
    if (event.type === 'datasetReady') break;
  }
  return calls;
}

function slicesOf({ prompts, request }: Call, size: number): Call[] {
  return Array.from({ length: Math.ceil(prompts.length / size) }, (_, i) => {
    const part = <T>(values: readonly T[]) => values.slice(i * size, (i + 1) * size);
    const { choices, streams } = request;
    const own = { ...(choices && { choices: part(choices) }), ...(streams && { streams: part(streams) }) };
    return { prompts: part(prompts), request: { ...request, ...own } };
  });
}

/** Asks every call to its end; `rows`: count a batch of so many as possible, as if prompts waited. */
async function ask(session: ModelSession, calls: readonly Call[], rows?: number): Promise<CallProgress> {
  const model = session.languageModel(null);
  const start = performance.now();
  const sum = { tokens: 0, live: 0, possible: 0 };
  for (const { prompts, request } of calls) {
    let last: CallProgress | undefined;
    let steps = 0;
    const { signal: _signal, gate: _gate, onCompletion: _onCompletion, ...asked } = request;
    await model.complete(prompts, { ...asked, onProgress: (progress) => ((last = progress), (steps += 1)) });
    if (!last) continue;
    sum.tokens += last.tokens;
    sum.live += last.busyRows * last.possibleRows;
    sum.possible += rows === undefined ? last.possibleRows : rows * (steps - 1);
  }
  const seconds = (performance.now() - start) / 1000;
  return { tokens: sum.tokens, seconds, busyRows: sum.live / sum.possible, possibleRows: sum.possible };
}

function report(name: string, progress: CallProgress): void {
  console.log(
    `${name.padEnd(36)} ${progress.seconds.toFixed(1).padStart(6)} s  ${describeWriting(progress)}`,
  );
}
