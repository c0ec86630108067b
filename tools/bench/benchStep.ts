import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BenchShape } from '../../src/engine/benchModel.ts';
import { pocketBench } from '../../src/engine/benchModel.ts';
import type { StepFigures } from '../../src/engine/benchStep.ts';
import { softwareVulkan } from '../testing/softwareVulkan.ts';
import { describeMachine, inProcess, knownShape } from './benchMemory.ts';
import { describeHead, measureHead, type HeadFigures } from './headCost.ts';
import { describeHeap, measureHeap, type HeapFigures } from './heapGrowth.ts';
import { describeThread, measureThread, type ThreadFigures } from './pageThread.ts';
import { openChromium, servedModel, type BenchBrowser } from './inChromium.ts';
import { describePasses, measurePasses, type PassFigures } from './passCost.ts';
import { renderSteps, type MeasuredStep } from './stepTable.ts';
import { writeShape } from './writeShape.ts';

/** Where a step is measured; the first two in Chromium, the others under Node. */
const devices = ['wasm', 'webgpu', 'cpu', 'node-webgpu'] as const;
type BenchDevice = (typeof devices)[number];

interface Case extends BenchShape {
  readonly name: string;
  readonly folder: string;
}

export interface StepReport {
  readonly machine: ReturnType<typeof describeMachine> & { readonly chromium?: string };
  readonly steps: readonly MeasuredStep[];
  readonly thread?: ThreadFigures;
  readonly head?: HeadFigures;
  readonly heap?: HeapFigures;
  readonly passes?: PassFigures;
}

/** Measures training steps of every model on every device, each in a process or page of its own, and prints tables. */
export async function benchStep(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  const { on, parts, repeats, out } = options;
  mkdirSync(out, { recursive: true });
  const cases = (await Promise.all(options.models.map((model) => casesOf(model, options.lengths)))).flat();
  const folders = [...cases.map(({ folder }) => folder), pocketFolder];
  const isInBrowser = on.some((device) => device === 'wasm' || device === 'webgpu');
  const browser = isInBrowser ? await openChromium(out, [...new Set(folders)]) : null;
  const machine = { ...describeMachine(), ...(browser && { chromium: browser.version }) };
  const report: StepReport = { machine, steps: [] };
  // After every part, so that a run that is broken off was not for nothing.
  const keep = (found: Partial<StepReport>) => write(Object.assign(report, found), out);
  try {
    for (const measured of parts.has('steps') ? cases : [])
      for (const device of on)
        keep({ steps: [...report.steps, await measure({ ...measured, repeats }, device, browser)] });
    if (parts.has('thread') && on.includes('webgpu'))
      keep({ thread: await measureThread(browser!, cases[0]!, repeats) });
    if (parts.has('head') && on.includes('cpu')) keep({ head: await measureHead(repeats) });
    if (parts.has('passes') && on.includes('cpu'))
      for (const measured of cases)
        keep({ passes: { ...report.passes, [measured.name]: await measurePasses(measured, repeats) } });
    if (parts.has('heap') && browser)
      keep({ heap: await measureHeap(browser, pocketFolder, options.heapSteps) });
  } finally {
    await browser?.close();
  }
  console.log(readFileSync(join(out, 'step.md'), 'utf8'));
}

function readOptions(argv: readonly string[]) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      models: { type: 'string', default: 'SmolLM2-135M,pocket' },
      lengths: { type: 'string', default: '256' },
      devices: { type: 'string', default: 'cpu,wasm' },
      parts: { type: 'string', default: 'steps,thread,head,passes,heap' },
      repeats: { type: 'string', default: '9' },
      'heap-steps': { type: 'string', default: '1000' },
      out: { type: 'string', default: 'out/bench' },
    },
  });
  return {
    models: values.models.split(','),
    lengths: values.lengths.split(',').map(Number),
    on: values.devices.split(',').map(knownDevice),
    parts: new Set(values.parts.split(',')),
    repeats: Number(values.repeats),
    heapSteps: Number(values['heap-steps']),
    out: values.out,
  };
}

function knownDevice(name: string): BenchDevice {
  const device = devices.find((known) => known === name);
  if (device) return device;
  throw new Error(`There is no device ${name}; known are ${devices.join(', ')}.`);
}

const pocketFolder = 'public/models/pocket';
const lora = { targetModules: 'all-linear', rank: 8, alpha: 16 } as const;

/** `pocket` as it is trained, or a shape by name, with a colon behind it the number of layers that it is cut to. */
async function casesOf(model: string, lengths: readonly number[]): Promise<Case[]> {
  if (model === 'pocket') return [{ name: model, folder: pocketFolder, ...pocketBench }];
  const [shape = '', layers] = model.split(':');
  const folder = await writeShape(knownShape(shape), 'q4', layers === undefined ? undefined : Number(layers));
  return lengths.map((sequenceLength) => ({ name: model, folder, batchSize: 1, sequenceLength, lora }));
}

async function measure(
  { name, ...step }: Case & { readonly repeats: number },
  device: BenchDevice,
  browser: BenchBrowser | null,
): Promise<MeasuredStep> {
  console.error(`${name} on ${device}, ${step.batchSize} × ${step.sequenceLength} tokens …`);
  const isUnderNode = device === 'cpu' || device === 'node-webgpu';
  const figures = isUnderNode ? underNode(step, device) : inPage(step, device, browser!);
  return { model: name, on: device, figures: await figures };
}

type Measured = Omit<Case, 'name'> & { readonly repeats: number };

function underNode(step: Measured, device: 'cpu' | 'node-webgpu'): Promise<StepFigures> {
  const provider = device === 'cpu' ? 'cpu' : 'webgpu';
  return inProcess<StepFigures>('stepCase.ts', { ...step, provider }, softwareVulkan());
}

async function inPage(
  { folder, ...step }: Measured,
  provider: 'wasm' | 'webgpu',
  browser: BenchBrowser,
): Promise<StepFigures> {
  const page = await browser.open();
  try {
    const asked = { ...step, model: servedModel(folder), provider };
    return await page.evaluate((bench) => globalThis.benchPage.step(bench), asked);
  } finally {
    await page.context().close();
  }
}

function write(report: StepReport, out: string): void {
  const { thread, head, heap, passes, steps, machine } = report;
  const { processor, cores, memoryGiB, node, onnxruntimeNode, chromium } = machine;
  const texts = [
    renderSteps(steps),
    ...(thread ? [describeThread(thread)] : []),
    ...(head ? [describeHead(head)] : []),
    ...(passes ? [describePasses(passes)] : []),
    ...(heap ? [describeHeap(heap)] : []),
    `${processor}, ${cores} cores, ${memoryGiB} GiB; Node ${node}, onnxruntime-node ${onnxruntimeNode}${chromium ? `, Chromium ${chromium}` : ''}.`,
  ];
  writeFileSync(join(out, 'step.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(out, 'step.md'), `${texts.join('\n\n')}\n`);
}
