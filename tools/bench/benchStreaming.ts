import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, givesBackAtOnce, inProcess, knownShape } from './benchMemory.ts';
import type { StreamingCase, StreamingResult } from './streamingCase.ts';
import { writeShape } from './writeShape.ts';

/** Trains one shape with its weights streamed from disk and in one session, and prints a Markdown table of both. */
export async function benchStreaming(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      model: { type: 'string', default: 'Llama-3.2-1B' },
      budget: { type: 'string', default: '300' },
      length: { type: 'string', default: '64' },
      steps: { type: 'string', default: '3' },
      rank: { type: 'string', default: '8' },
      out: { type: 'string', default: 'out/bench' },
    },
  });
  console.error(`Writing ${values.model} where it is not there yet …`);
  const plan = {
    folder: await writeShape(knownShape(values.model)),
    budgetBytes: Number(values.budget) * 1e6,
    length: Number(values.length),
    rank: Number(values.rank),
    steps: Number(values.steps),
  };
  const results: Record<'streamed' | 'whole', StreamingResult> = {
    streamed: await measured({ ...plan, isStreamed: true }),
    whole: await measured({ ...plan, isStreamed: false }),
  };
  const machine = describeMachine();
  const table = render(`${values.model}, ${values.length} tokens, rank ${values.rank}`, results, plan.budgetBytes, machine); // prettier-ignore
  mkdirSync(values.out, { recursive: true });
  writeFileSync(
    join(values.out, 'streaming.json'),
    `${JSON.stringify({ machine, plan, results }, null, 2)}\n`,
  );
  writeFileSync(join(values.out, 'streaming.md'), table);
  console.log(table);
}

function measured(plan: StreamingCase): Promise<StreamingResult> {
  console.error(plan.isStreamed ? 'Streamed …' : 'In one session …');
  return inProcess<StreamingResult>('streamingCase.ts', plan, givesBackAtOnce);
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);

function render(
  title: string,
  { streamed, whole }: Record<'streamed' | 'whole', StreamingResult>,
  budgetBytes: number,
  machine: ReturnType<typeof describeMachine>,
): string {
  const header = [
    `${title}; budget ${megabytes(budgetBytes)} MB`,
    '',
    '| weights | estimated MB | peak MB | sessions per step | read per step MB | compile s | first step s | step s | loss |',
    '| --- | --: | --: | --: | --: | --: | --: | --: | --- |',
  ];
  const rowOf = (name: string, result: StreamingResult) => {
    const { cost, losses } = result;
    const cells = [name, megabytes(result.estimated), megabytes(result.peak), cost?.pieces ?? 1, cost ? megabytes(cost.bytesRead) : 0, result.compileSeconds.toFixed(1), result.firstStepSeconds.toFixed(1), result.stepSeconds.toFixed(1), losses.map((loss) => loss.toFixed(4)).join(' → ')]; // prettier-ignore
    return `| ${cells.join(' | ')} |`;
  };
  const differences = streamed.losses.map((loss, i) => Math.abs(loss / whole.losses[i]! - 1));
  const passes = streamed.cost?.forwardPasses.toFixed(2) ?? '?';
  const ratio = (streamed.stepSeconds / whole.stepSeconds).toFixed(2);
  const { processor, cores, memoryGiB, node, onnxruntimeNode } = machine;
  return [
    ...header,
    rowOf('streamed', streamed),
    rowOf('in one session', whole),
    '',
    `A streamed step computes ${passes} forward passes and takes ${ratio} times as long as one in one session with layers computed again; the losses differ by at most ${Math.max(...differences).toExponential(1)} of their size.`,
    '',
    `${processor}, ${cores} cores, ${memoryGiB} GiB; Node ${node}, onnxruntime-node ${onnxruntimeNode}, CPU.`,
    '',
  ].join('\n');
}
