import { splitSources } from '../../src/specialize/split.ts';
import { emptyState, applyEvent } from '../../src/specialize/state.ts';
import type { GenerationEvent } from '../../src/specialize/events.ts';
import type { GenerationContext, GenerationEvents } from '../../src/specialize/generation.ts';
import type { Completion, CompletionRequest, LanguageModel } from '../../src/specialize/languageModel.ts';
import { pocketPrompts } from '../../src/specialize/prompts.ts';
import { countWords } from '../../src/specialize/retrieve.ts';
import { pocketSettings } from '../../src/specialize/presets.ts';
import type { SpecializeSettings } from '../../src/specialize/settings.ts';
import type { GeneratedTask, Passage } from '../../src/specialize/tasks.ts';
import { exampleDomain, promptText } from './stubModel.ts';

/** A model that answers each prompt by a function of its text. */
export function modelOf(
  answer: (prompt: string, i: number) => string,
  finishReason: Completion['finishReason'] = 'stop',
) {
  const prompts: string[] = [];
  const requests: CompletionRequest[] = [];
  const model: LanguageModel = {
    complete: async (asked, request) => {
      requests.push(request);
      const texts = asked.map(promptText);
      prompts.push(...texts);
      return texts.map((prompt, i) => ({ text: answer(prompt, i), finishReason, tokens: 1 }));
    },
  };
  return { model, prompts, requests };
}

/** Runs one stage on some tasks and returns what became of them. */
export function createStage(
  changed: Partial<SpecializeSettings>,
  tasks: readonly GeneratedTask[] = [],
  passages: readonly Passage[] = [],
) {
  const domain = exampleDomain();
  let state = { ...emptyState<null>(), tasks };
  const settings = { ...pocketSettings, validFraction: 0, ...changed };
  const context: GenerationContext = {
    subject: domain,
    sources: splitSources(domain.seeds, passages, settings.validFraction, 0),
    prompts: pocketPrompts,
    settings,
    isHeldOut: () => false,
    countTokens: countWords,
    ready: async () => {},
    tasks: () => state.tasks,
  };
  const run = async (
    events: GenerationEvents,
  ): Promise<{ tasks: readonly GeneratedTask[]; events: GenerationEvent[] }> => {
    const seen: GenerationEvent[] = [];
    for await (const event of events) {
      seen.push(event);
      state = applyEvent(state, event);
    }
    return { tasks: state.tasks, events: seen };
  };
  return { context, run };
}

export const pending = (id: string, instruction: string, passageId?: string): GeneratedTask => ({
  ...{ id, side: 'train', prompt: 0, seedIds: [], instruction, input: '', decision: 'pending' },
  ...(passageId !== undefined && { passageId }),
});

export const fates = (tasks: readonly GeneratedTask[]) =>
  tasks.map((task) => task.rejection?.rule ?? task.decision);
