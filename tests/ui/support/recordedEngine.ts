import { alikeGroups } from '../../../src/specialize/alikeGroups.ts';
import { toExample } from '../../../src/specialize/dataset.ts';
import { promptSets } from '../../../src/specialize/prompts.ts';
import { heldOutCheck } from '../../../src/specialize/run.ts';
import { tokenizeRow } from '../../../src/text/tokenize.ts';
import { viewTokens } from '../../../src/text/tokenView.ts';
import type { Engine } from '../../../src/workerApi/engine.ts';
import { modelTitle } from '../../../src/workerApi/model.ts';
import type { RunEvent } from '../../../src/workerApi/runEvent.ts';
import type { RunParameters } from '../../../src/workerApi/runParameters.ts';
import type { DeviceChoice } from '../../../src/workerApi/whittleWorkerApi.ts';
import { wordTokenizer } from '../../support/wordTokenizer.ts';
import { exampleDomain, recordedRun } from './recordedRun.ts';

export const exampleParameters: RunParameters = {
  ...{
    tasks: 300,
    rounds: 1,
    temperature: 0.9,
    topP: 0.95,
    maxSimilarity: 0.8,
    controls: ['seedsOnly'],
    seed: 0,
  },
  ...{ rank: 16, alpha: 32, learningRate: 3e-3, epochs: 4, batchSize: 16, maxLength: 192 },
};

const hash = '9f3ac1d2'.repeat(8);

const exampleSettings = [{ name: 'votes', help: 'Answers per task.', value: '1' }];

/** An engine that plays a recorded run, `delayMs` per event. For tests and previews of the page; it computes nothing. */
export function recordedEngine(delayMs: number, size = { tasks: 60, steps: 120 }): Engine {
  const wait = async () => {
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  };
  let choice: DeviceChoice = 'auto';
  return {
    chooseDevice: (device) => void (choice = device),
    device: async () =>
      choice === 'webgpu'
        ? { provider: 'webgpu' }
        : { provider: 'wasm', note: 'This browser offers no WebGPU.' },
    describeModel: async (reference) => ({
      reference,
      name: modelTitle(reference),
      parameters: 2_410_000,
      bytes: 3_120_000,
      quantization: '4-bit',
      defaults: exampleParameters,
      methods: [{ name: 'pocket', parameters: exampleParameters, settings: exampleSettings }],
    }),
    planTraining: async (_, { batchSize }) => ({
      fit: batchSize > 32 ? 'does not fit' : 'fits',
      totalBytes: batchSize * 5e6,
      budgetBytes: 160e6,
      advice: batchSize > 32 ? [`Take 16 instead of ${batchSize} rows at a time.`] : [],
    }),
    async readDomain(json) {
      return exampleDomain(/finance/.test(json) ? 'finance' : 'biomedicine');
    },
    async checkParameters(_, { settings = {} }) {
      const unknown = Object.keys(settings).find(
        (name) => !exampleSettings.some((known) => known.name === name),
      );
      if (unknown) throw new Error(`There is no setting "${unknown}".`);
    },
    runFiles: async ({ domain }, events) => ({ 'run.json': `${domain.name}, ${events.length} events` }),
    async describeAdapter() {
      return { hash, rank: 8, alpha: 16, targetModules: ['q_proj'], baseModel: 'whittle/pocket' };
    },
    async viewTask({ parameters }, { output = '', ...question }) {
      const tokenizer = wordTokenizer();
      const row = tokenizeRow(toExample({ ...question, output }, promptSets.chat), tokenizer);
      return { tokens: viewTokens(row, tokenizer), maxLength: parameters.maxLength };
    },
    findAlike: async (_, tasks, limit) =>
      alikeGroups(
        tasks.map(({ instruction, input }) => `${instruction}\n${input}`),
        limit,
      ).map((group) => group.map((i) => tasks[i]!.id)),
    isHeldOut: async ({ domain }, task) => heldOutCheck(domain, { maxHeldOutSimilarity: 0.7 })(task),
    async *specialize({ setup }, signal): AsyncGenerator<RunEvent, void> {
      for (const event of recordedRun(setup.domain, size)) {
        await wait();
        signal.throwIfAborted();
        yield event;
      }
    },
    async chat({ adapter, prompt }, onText) {
      const text = adapter ? `It is used for pain and fever (${prompt.length}).` : 'the heart is';
      onText(text.slice(0, 5));
      await wait();
      return { text, adapterHash: adapter ? hash : null, tokens: 9, seconds: 0.4 };
    },
  };
}
