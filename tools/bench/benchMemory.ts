import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { MemoryCase, MemoryResult } from './memoryCase.ts';
import { modelShapes, type ModelShape } from './shapes.ts';
import { writeShape } from './writeShape.ts';

interface Measured extends MemoryCase, MemoryResult {
  readonly shape: ModelShape;
}

/** Trains every shape for a few steps, each case in a process of its own, and prints a Markdown table. */
export async function benchMemory(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      models: { type: 'string', default: Object.keys(modelShapes).join() },
      lengths: { type: 'string', default: '256,512' },
      steps: { type: 'string', default: '3' },
      rank: { type: 'string', default: '8' },
      out: { type: 'string', default: 'out/bench' },
    },
  });
  const measured: Measured[] = [];
  for (const shape of values.models.split(',').map(knownShape)) {
    const folder = await writeShape(shape);
    for (const length of values.lengths.split(',').map(Number)) {
      for (const recompute of ['none', 'elementwise', 'perLayer'] as const) {
        const plan = { folder, length, recompute, rank: Number(values.rank), steps: Number(values.steps) };
        console.error(`${shape}, ${length} tokens, recompute ${recompute} …`);
        measured.push({ shape, ...plan, ...(await inProcess(plan)) });
      }
    }
  }
  const machine = describeMachine();
  const table = render(measured, machine);
  mkdirSync(values.out, { recursive: true });
  writeFileSync(join(values.out, 'memory.json'), `${JSON.stringify({ machine, measured }, null, 2)}\n`);
  writeFileSync(join(values.out, 'memory.md'), table);
  console.log(table);
}

function knownShape(name: string): ModelShape {
  if (Object.hasOwn(modelShapes, name)) return name as ModelShape;
  throw new Error(`There is no shape ${name}; known are ${Object.keys(modelShapes).join(', ')}.`);
}

async function inProcess(plan: MemoryCase): Promise<MemoryResult> {
  const script = join(import.meta.dirname, 'memoryCase.ts');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', script, JSON.stringify(plan)],
    { maxBuffer: 2 ** 24 },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as MemoryResult;
}

function describeMachine() {
  const versionOf = (name: string) =>
    (JSON.parse(readFileSync(join('node_modules', name, 'package.json'), 'utf8')) as { version: string })
      .version;
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    onnxruntimeNode: versionOf('onnxruntime-node'),
  };
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);

function render(measured: readonly Measured[], machine: ReturnType<typeof describeMachine>): string {
  const header = [
    '| model | tokens | recompute | weights MB | estimated MB | allocated MB | error | session s | step s | loss |',
    '| --- | --: | --- | --: | --: | --: | --: | --: | --: | --- |',
  ];
  const rows = measured.map((m) => {
    const error = `${((m.estimated / m.allocated - 1) * 100).toFixed(0)} %`;
    const losses = m.losses.map((loss) => loss.toFixed(3)).join(' → ');
    const cells = [m.shape, m.length, m.recompute, megabytes(m.weights), megabytes(m.estimated), megabytes(m.allocated), error, m.sessionSeconds.toFixed(1), m.stepSeconds.toFixed(1), losses]; // prettier-ignore
    return `| ${cells.join(' | ')} |`;
  });
  const { processor, cores, memoryGiB, node, onnxruntimeNode } = machine;
  const footer = `${processor}, ${cores} cores, ${memoryGiB} GiB; Node ${node}, onnxruntime-node ${onnxruntimeNode}, CPU.`;
  return [...header, ...rows, '', footer, ''].join('\n');
}
