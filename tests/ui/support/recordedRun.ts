import { scoreAnswers } from '../../../src/evaluation/evaluate.ts';
import { checkDomain, type Domain } from '../../../src/specialize/domain.ts';
import type { ModelEvaluation } from '../../../src/specialize/events.ts';
import { buildReport } from '../../../src/specialize/report.ts';
import { pocketSettings } from '../../../src/specialize/presets.ts';
import { applyEvent, emptyState, type SpecializationState } from '../../../src/specialize/state.ts';
import type { Rejection } from '../../../src/specialize/tasks.ts';
import type { TrainedAdapter } from '../../../src/workerApi/adapter.ts';
import type { AdapterName, EvaluatedModel, Phase, RunEvent } from '../../../src/workerApi/runEvent.ts';

/** Events in the shape and order of a real run, for tests of the page only. The numbers mean nothing. */

const drugs = [
  'aspirin',
  'insulin',
  'metformin',
  'warfarin',
  'amoxicillin',
  'ibuprofen',
  'statins',
  'salbutamol',
];
const uses = [
  'pain',
  'diabetes',
  'type 2 diabetes',
  'blood clots',
  'bacterial infections',
  'fever',
  'high cholesterol',
  'asthma',
];

export function exampleDomain(name: string): Domain {
  const ask = (i: number) => ({ instruction: `What is ${drugs[i % 8]} used for?`, output: uses[i % 8]! });
  return checkDomain({
    name,
    description: `Plain questions about ${name}: what things are, what they do and where they belong.`,
    documents: ['biomedicine/enzymes.txt'],
    seeds: [0, 1, 2, 3].map(ask),
    heldOut: [4, 5, 6, 7].flatMap((i) => [
      { ...ask(i), task: 'drug-indication', source: 'pretraining' },
      {
        instruction: `Name a drug against ${uses[i]}.`,
        output: drugs[i]!,
        task: 'indication-drug',
        source: 'documents',
      },
    ]),
    retention: [{ instruction: 'What is the capital of France?', output: 'Paris', task: 'capitals' }],
  });
}

const adapterOf = (name: AdapterName): TrainedAdapter => ({
  description: {
    hash: (name === 'specialized' ? '9f3ac1d2' : '17be02aa').repeat(8),
    rank: 8,
    alpha: 16,
    targetModules: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
    baseModel: 'whittle/pocket',
  },
  files: {
    'adapter_config.json': new TextEncoder().encode('{"peft_type": "LORA"}'),
    'adapter_model.safetensors': new Uint8Array([name.length, 2, 3, 4]),
  },
});

const rejections: readonly Rejection[] = [
  { rule: 'novelty', stage: 'instruction', reason: 'ROUGE-L 0.86 with seed 2.' },
  { rule: 'repeatedTask', stage: 'instruction', reason: 'The same task was kept before.' },
  {
    rule: 'instructionLength',
    stage: 'instruction',
    reason: 'The instruction has 2 words; at least 3 are needed.',
  },
];

export function* recordedRun(domain: Domain, size = { tasks: 24, steps: 40 }): Generator<RunEvent> {
  let state: SpecializationState<TrainedAdapter> = emptyState();
  for (const event of phases(domain, size)) {
    if (event.type !== 'device' && event.type !== 'note') state = applyEvent(state, event);
    yield event;
  }
  yield { type: 'done', report: buildReport(domain, state, pocketSettings) };
}

function* phases(domain: Domain, { tasks, steps }: { tasks: number; steps: number }): Generator<RunEvent> {
  yield { type: 'device', provider: 'wasm', note: 'This browser offers no WebGPU.' };
  yield* once({ stage: 'instructions', round: 1 }, writing(tasks));
  yield* once({ stage: 'responses', round: 1 }, answering(tasks));
  yield* evaluating('base', domain, () => 'the heart');
  yield* training('seedsOnly', steps / 2);
  yield* training('specialized', steps);
  yield* evaluating('seedsOnly', domain, (output, i) => (i % 4 === 0 ? output : 'a kind of drug'));
  yield* evaluating('specialized', domain, (output, i) => (i === 3 ? 'asthma' : output));
}

function* once(phase: Phase, work: Iterable<RunEvent>): Generator<RunEvent> {
  yield { type: 'phaseStarted', phase };
  yield* work;
  yield { type: 'phaseFinished', phase };
}

function* writing(tasks: number): Generator<RunEvent> {
  const phase: Phase = { stage: 'instructions', round: 1 };
  for (let i = 0; i < tasks; i++) {
    const rejection = i % 4 === 3 ? rejections[i % 3] : undefined;
    const task = {
      id: `task-${i}`,
      side: 'train',
      prompt: i,
      seedIds: ['seed-1'],
      instruction: `Which illness is treated with ${drugs[i % 8]}, given in form ${i + 1}?`,
      input: i % 5 === 0 ? 'A patient of 54 years is given it twice a day after meals.' : '',
      decision: rejection ? 'rejected' : 'pending',
      ...(rejection && { rejection }),
    } as const;
    yield { type: 'taskGenerated', task };
    yield { type: 'promptsFinished', count: i + 1 };
    yield { type: 'progress', phase, done: i + 1, total: tasks };
  }
}

function* answering(tasks: number): Generator<RunEvent> {
  const phase: Phase = { stage: 'responses', round: 1 };
  for (let i = 0; i < tasks; i++) {
    if (i % 4 === 3) continue;
    yield {
      type: 'taskAnswered',
      id: `task-${i}`,
      output: uses[i % 8]!,
      ...(i % 3 === 0 && { passageId: 'enzymes.txt#2' }),
    };
    yield { type: 'taskKept', id: `task-${i}` };
    yield { type: 'progress', phase, done: i + 1, total: tasks };
  }
}

function* training(model: AdapterName, totalSteps: number): Generator<RunEvent> {
  const wrap = (event: Extract<RunEvent, { type: 'training' }>['event']): RunEvent => ({
    type: 'training',
    model,
    round: 1,
    event,
  });
  yield { type: 'phaseStarted', phase: { stage: 'training', round: 1, model } };
  yield wrap({
    type: 'started',
    step: 0,
    totalSteps,
    parameterCount: 73728,
    rows: 20,
    truncatedRows: 0,
    droppedRows: 0,
  });
  for (let step = 1; step <= totalSteps; step++) {
    const loss = 0.4 + 3.2 * Math.exp(-step / (totalSteps / 4)) + 0.25 * Math.sin(step * 7.3);
    const rate = 1e-3 * (1 - (step - 1) / totalSteps);
    yield wrap({
      type: 'step',
      step,
      loss,
      gradNorm: 0.6 + 2 * Math.exp(-step / 9),
      learningRate: rate,
      tokens: step * 412,
      epoch: step / 13,
      seconds: 0.31,
    });
  }
  yield { type: 'adapterTrained', model, round: 1, adapter: adapterOf(model) };
  yield { type: 'phaseFinished', phase: { stage: 'training', round: 1, model } };
}

function* evaluating(
  model: EvaluatedModel,
  domain: Domain,
  answer: (output: string, i: number) => string,
): Generator<RunEvent> {
  const phase: Phase = { stage: 'evaluation', round: 1, model };
  yield { type: 'phaseStarted', phase };
  const total = domain.heldOut.length;
  for (let done = 1; done <= total; done++) yield { type: 'progress', phase, done, total };
  const evaluation: ModelEvaluation = {
    heldOut: scoreAnswers(
      domain.heldOut,
      domain.heldOut.map(({ output }, i) => answer(output, i)),
    ),
    retention: scoreAnswers(
      domain.retention,
      domain.retention.map(({ output }) => output),
    ),
  };
  yield { type: 'evaluated', model, evaluation };
  yield { type: 'phaseFinished', phase };
}
