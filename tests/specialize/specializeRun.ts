import type { TrainingExample } from '../../src/specialize/dataset.ts';
import type { SpecializeEvent } from '../../src/specialize/events.ts';
import { pocketPrompts } from '../../src/specialize/prompts.ts';
import type { SpecializeRequest, TrainingRequest } from '../../src/specialize/run.ts';
import { countWords } from '../../src/specialize/retrieve.ts';
import { pocketSettings } from '../../src/specialize/presets.ts';
import type { SpecializeSettings } from '../../src/specialize/settings.ts';
import { specialize } from '../../src/specialize/specialize.ts';
import { applyEvent, emptyState, type SpecializationState } from '../../src/specialize/state.ts';
import { exampleDomain, StubModel, type StubOptions } from './stubModel.ts';

export interface Adapter {
  readonly name: string;
  readonly round: number;
  readonly rows: readonly TrainingExample[];
}
export type Event = SpecializeEvent<Adapter, number>;

const settings: SpecializeSettings = {
  ...pocketSettings,
  recitations: 0,
  replayShare: 0,
  // Stub models answer what no passage says, and all in the same words.
  minGrounding: 0,
  maxAnswerShare: 1,
  tasks: 12,
  maxPrompts: 20,
  batchSize: 3,
  validFraction: 0.2,
  controls: ['seedsOnly'],
};

/** A run on stub models, with everything that went into them. An adapter knows the answers where `isTrained` says so. */
export function createRun(
  changed: Partial<SpecializeSettings> = {},
  options: StubOptions = {},
  isTrained = ({ name }: Adapter): boolean => name === 'specialized',
) {
  const base = new StubModel(options);
  const adapted = new Map<string, StubModel>();
  const trained: TrainingRequest[] = [];
  const request: SpecializeRequest<Adapter, number> = {
    domain: exampleDomain(),
    documents: [],
    settings: { ...settings, ...changed },
    prompts: pocketPrompts,
    countTokens: countWords,
    model: base,
    withAdapter: (adapter) => {
      const model = new StubModel({ ...options, isTrained: isTrained(adapter) });
      adapted.set(adapter.name, model);
      return model;
    },
    async *train(training) {
      trained.push(training);
      yield 1;
      yield 2;
      return { name: training.model, round: training.round, rows: training.train };
    },
  };
  return { request, base, adapted, trained };
}

export async function collect(request: SpecializeRequest<Adapter, number>): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of specialize(request)) events.push(event);
  return events;
}

export const fold = (events: readonly Event[]): SpecializationState<Adapter> =>
  events.reduce<SpecializationState<Adapter>>(applyEvent, emptyState());
