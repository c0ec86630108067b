import { completeInOrder } from './completeInOrder.ts';
import {
  type GenerationContext,
  type GenerationEvents,
  progress,
  promptsPerCall,
  samplingSeed,
  slices,
  writingCall,
} from './generation.ts';
import type { Completion, LanguageModel } from './languageModel.ts';
import { parseNumberedList } from './parse.ts';
import { countWords } from './retrieve.ts';
import type { SpecializeSettings } from './settings.ts';
import { canonicalText } from './tasks.ts';
import { findRepetition } from './textFaults.ts';

const phase = { stage: 'recitation', round: 1 } as const;
const leastWords = 4;

/** How many prompts of recitation a run takes: no more than the tasks it asks for. */
export const recitationCount = ({ recitations, tasks }: SpecializeSettings) => Math.min(recitations, tasks);

type RecitationContext = Pick<
  GenerationContext,
  'subject' | 'prompts' | 'settings' | 'signal' | 'ready' | 'onWriting'
>;

/**
 * Lets the model write down what it knows of the subject; each fact can then stand in for a passage of a document.
 * A fact that was cut, is repetitive, very short or known already is left out.
 */
export async function* recitePassages(context: RecitationContext, model: LanguageModel): GenerationEvents {
  const { prompts, settings, ready } = context;
  const known = new Set<string>();
  const count = recitationCount(settings);
  const calls = Array.from({ length: count }, (_, i) => i);
  for (const wave of slices(calls, promptsPerCall(settings))) {
    await ready();
    let call = wave[0] ?? 0;
    for await (const completion of recite(context, model, wave)) {
      for (const [i, text] of readFacts(completion, prompts.continuesItem).entries()) {
        if (known.has(canonicalText(text))) continue;
        known.add(canonicalText(text));
        const id = `recited-${call + 1}.${i + 1}`;
        yield { type: 'passageRecited', passage: { id, documentId: id, text } };
      }
      yield progress(phase, ++call, count);
    }
  }
}

function recite(
  context: RecitationContext,
  model: LanguageModel,
  streams: readonly number[],
): AsyncGenerator<Completion> {
  const { subject, prompts, settings } = context;
  const { seed, recitationTokens: maxNewTokens, recitationTemperature: temperature, topP } = settings;
  const sampling = { maxNewTokens, temperature, topP, seed: samplingSeed(seed, 'recitation'), streams };
  const asked = streams.map(() => prompts.writePassages(subject));
  return completeInOrder(model, asked, { ...sampling, stop: [], ...writingCall(context) });
}

function readFacts({ text, finishReason }: Completion, continuesItem: boolean): string[] {
  const isCut = finishReason !== 'stop';
  return parseNumberedList(text, continuesItem)
    .slice(0, isCut ? -1 : undefined)
    .map((fact) => fact.replace(/\s+/g, ' '))
    .filter((fact) => countWords(fact) >= leastWords && findRepetition(fact) === null);
}
