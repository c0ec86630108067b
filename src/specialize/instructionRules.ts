import type { FilterRule, InstructionContext, TaskDraft } from './filter.ts';
import { noveltyText, quote } from './filter.ts';
import { ownWords } from './generation.ts';
import { countWords } from './retrieve.ts';
import { unicodeTokens } from '../evaluation/rougeL.ts';
import { taskLanguage } from './languageRules.ts';
import { canonicalText } from './tasks.ts';
import { findListedWord, findPlaceholder, findRepetition } from './textFaults.ts';

/** An input that is taken over from a demonstration counts as leaked from this many words on. */
const leakedInputWords = 4;

/**
 * Self-Instruct's rules for instructions (Wang et al. 2022), and some for small models; cheap rules first. Unlike the
 * original, the first character may belong to any script.
 */
export const instructionRules: readonly FilterRule<TaskDraft, InstructionContext>[] = [
  // First, whatever else is wrong with it: only so do controls and rescues know which tasks they may never bring back.
  {
    name: 'heldOut',
    description: 'The task is, or nearly is, a held-out task.',
    reject: (task, { isHeldOut }) =>
      isHeldOut(task) ? 'The task is too close to a held-out task, which must stay unseen.' : null,
  },
  {
    name: 'cutTask',
    description: 'The completion reached its length limit inside the task.',
    reject: ({ isCut }) => (isCut ? 'The completion was cut at its length limit inside this task.' : null),
  },
  {
    name: 'instructionLength',
    description: 'The instruction has too few or too many words.',
    reject: ({ instruction }, { settings: { minWords, maxWords } }) => {
      const words = countWords(instruction);
      if (words < minWords) return `The instruction has ${words} words; at least ${minWords} are asked for.`;
      return words > maxWords ? `The instruction has ${words} words; at most ${maxWords} are allowed.` : null;
    },
  },
  {
    name: 'taskTokens',
    description: 'The task has more tokens than the model is to read.',
    reject: ({ instruction, input }, { countTokens, settings: { maxTaskTokens } }) => {
      const tokens = countTokens(`${instruction}\n${input}`);
      return tokens > maxTaskTokens
        ? `The task has ${tokens} tokens; at most ${maxTaskTokens} are allowed.`
        : null;
    },
  },
  {
    name: 'firstCharacter',
    description: 'The instruction does not begin with a letter, a digit or an opening quote.',
    reject: ({ instruction }) =>
      /^[\p{L}\p{N}"'“‘¿¡(]/u.test(instruction)
        ? null
        : `The instruction begins with ${quote(instruction.slice(0, 1))}.`,
  },
  {
    name: 'blacklist',
    description: 'The task is about images, files or other things that text alone cannot do.',
    reject: ({ instruction, input }, { settings }) => {
      const word = findListedWord(`${instruction} ${input}`, settings.blacklist);
      return word && `The task says ${quote(word)}, which a language model cannot do by text alone.`;
    },
  },
  {
    name: 'writeProgram',
    description: 'The instruction asks for a program.',
    reject: ({ instruction }) =>
      /^write a program\b/i.test(instruction) ? 'The instruction begins with "Write a program".' : null,
  },
  {
    name: 'placeholder',
    description: 'The task leaves a part to be filled in.',
    reject: ({ instruction, input }) => {
      const found = findPlaceholder(instruction) ?? findPlaceholder(input);
      return found && `The task contains the placeholder ${quote(found)}.`;
    },
  },
  {
    name: 'missingInput',
    description: 'The input, or an instruction without input, ends in a colon.',
    reject: ({ instruction, input }) => {
      if (input.endsWith(':')) return 'The input ends in a colon, so something is missing after it.';
      return input === '' && instruction.endsWith(':')
        ? 'The instruction ends in a colon, but no input follows.'
        : null;
    },
  },
  {
    name: 'inputRepeatsInstruction',
    description: 'The input is the instruction again.',
    reject: ({ instruction, input }) =>
      input !== '' && canonicalText(input) === canonicalText(instruction)
        ? 'The input repeats the instruction.'
        : null,
  },
  {
    name: 'repetitiveTask',
    description: 'The task says the same thing over and over.',
    reject: ({ instruction, input }) => {
      const loop = findRepetition(`${instruction}\n${input}`);
      return loop && `The task repeats ${quote(loop)}.`;
    },
  },
  taskLanguage,
  {
    name: 'demonstrationInput',
    description: 'The input was copied from a seed that the model was shown.',
    reject: ({ input }, { demonstrations }) => {
      const source = demonstrations.find((seed) => canonicalText(seed.input) === canonicalText(input));
      return source && countWords(input) >= leakedInputWords
        ? `The input was copied from the seed ${quote(source.id)}.`
        : null;
    },
  },
  {
    name: 'repeatedTask',
    description: 'The same task is a seed or was kept before.',
    reject: (task, { isKnown }) => (isKnown(task) ? 'The same task is a seed or was kept before.' : null),
  },
  {
    name: 'offPassage',
    description: 'The task was to be about a passage, but has no word of it beyond those that seeds use too.',
    reject: (task, { passage, seedWords }) => {
      const own = ownWords(task, seedWords);
      if (passage === undefined || own.length === 0) return null;
      const known = new Set(unicodeTokens(passage));
      return own.some((word) => known.has(word))
        ? null
        : `None of ${own.map(quote).join(', ')} is in the passage that the task was to be about.`;
    },
  },
  {
    name: 'roundTrip',
    description: 'The words of the task do not find the passage that it was written about.',
    reject: (task, { passageRank, settings: { roundTripTop } }) => {
      const rank = roundTripTop === 0 ? null : passageRank(task);
      if (rank === null || rank <= roundTripTop) return null;
      const found = Number.isFinite(rank) ? `find its passage as number ${rank}` : 'do not find its passage';
      return `The words of the task ${found}; it must be among the first ${roundTripTop}.`;
    },
  },
  {
    name: 'novelty',
    description: 'The task is too similar to a seed or a kept task (ROUGE-L).',
    reject: (task, { known, settings }) => {
      if (settings.noveltyScope !== 'task') return null;
      const match = known.findSimilar(noveltyText(task, settings), settings.maxSimilarity);
      return (
        match &&
        `ROUGE-L ${match.similarity.toFixed(2)} with ${quote(match.text)}; at most ${settings.maxSimilarity} is allowed.`
      );
    },
  },
];
