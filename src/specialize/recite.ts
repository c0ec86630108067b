import { completeInOrder } from './completeInOrder.ts';
import {
  type GenerationContext,
  type GenerationEvents,
  progress,
  samplingSeed,
  slices,
} from './generation.ts';
import type { LanguageModel } from './languageModel.ts';
import { parseNumberedList } from './parse.ts';
import { countWords } from './retrieve.ts';
import { canonicalText } from './tasks.ts';
import { findRepetition } from './textFaults.ts';

const phase = { stage: 'recitation', round: 1 } as const;
const leastWords = 4;

/**
 * Lets the model write down what it knows of the subject; each fact can then stand in for a passage of a document.
 * A fact that was cut, is repetitive, very short or a repetition is left out.
 */
export async function* recitePassages(
  { subject, prompts, settings, signal, ready }: Omit<GenerationContext, 'sources' | 'isHeldOut' | 'tasks'>,
  model: LanguageModel,
): GenerationEvents {
  const {
    seed,
    recitations,
    recitationTokens: maxNewTokens,
    recitationTemperature: temperature,
    topP,
  } = settings;
  const known = new Set<string>();
  const calls = Array.from({ length: recitations }, (_, i) => i);
  for (const wave of slices(calls, settings.batchSize)) {
    await ready();
    const sampling = {
      maxNewTokens,
      temperature,
      topP,
      seed: samplingSeed(seed, 'recitation', wave[0] ?? 0),
      stop: [],
    };
    let call = wave[0] ?? 0;
    for await (const completion of completeInOrder(
      model,
      wave.map(() => prompts.writePassages(subject)),
      { ...sampling, signal },
    )) {
      const isCut = completion.finishReason === 'length';
      const facts = parseNumberedList(completion.text, { continuesItem: prompts.continuesItem, isCut });
      for (const [i, fact] of facts.slice(0, isCut ? -1 : undefined).entries()) {
        const text = fact.replace(/\s+/g, ' ');
        if (known.has(canonicalText(text)) || countWords(text) < leastWords || findRepetition(text)) continue;
        known.add(canonicalText(text));
        yield {
          type: 'passageRecited',
          passage: { id: `recited-${call + 1}.${i + 1}`, documentId: `recited-${call + 1}.${i + 1}`, text },
        };
      }
      yield progress(phase, ++call, recitations);
    }
  }
}
