import { normalizeAnswer } from '../evaluation/answerMatch.ts';
import type { AnsweredDraft, FilterRule, ResponseContext } from './filter.ts';
import { noveltyText, quote } from './filter.ts';
import { answerLanguage } from './languageRules.ts';
import { canonicalText } from './tasks.ts';
import { findRepetition, findSharedRun, wordOverlap } from './textFaults.ts';

/** So many words in a row from a demonstration are a copy; shorter runs are the domain's way of speaking. */
const leakedRunWords = 8;
/** Instructions of up to this many characters may well recur inside an answer (Dromedary's limit). */
const copiedInstructionCharacters = 16;

/** An instruction that lists what to choose from, quotes what to work on, or shows a text to go on from. */
const offersChoice = /[:,"“…]|\.\.\.|\bor\b/;
const choiceAnswer = /^(?:yes|no|true|false|maybe)$/;

/** Self-Instruct's rules for instances, and some for small models that copy what they were shown. */
export const responseRules: readonly FilterRule<AnsweredDraft, ResponseContext>[] = [
  {
    name: 'cutAnswer',
    description: 'The answer reached its length limit.',
    reject: ({ isCut }) => (isCut ? 'The answer was cut at its length limit.' : null),
  },
  {
    name: 'emptyAnswer',
    description: 'There is no answer.',
    reject: ({ output }) =>
      canonicalText(output) === '' ? `The answer ${quote(output)} has no words.` : null,
  },
  {
    name: 'answerTokens',
    description: 'The answer has too few tokens.',
    reject: ({ output }, { countTokens, settings: { minAnswerTokens } }) => {
      const tokens = countTokens(output);
      return tokens < minAnswerTokens
        ? `The answer has ${tokens} tokens; at least ${minAnswerTokens} are asked for.`
        : null;
    },
  },
  answerLanguage,
  {
    name: 'unfinishedAnswer',
    description: 'The answer ends in a colon.',
    reject: ({ output }) =>
      output.endsWith(':') ? 'The answer ends in a colon, so something is missing.' : null,
  },
  {
    name: 'answerRepeatsTask',
    description:
      'The answer is the instruction or the input again, contains the instruction, or only has words of it.',
    reject: ({ instruction, input, output }) => {
      const answer = canonicalText(output);
      if (answer === canonicalText(input)) return 'The answer is the input again.';
      if (answer === canonicalText(instruction)) return 'The answer is the instruction again.';
      const isCopied = instruction.length > copiedInstructionCharacters && output.includes(instruction);
      if (isCopied) return 'The answer contains the instruction.';
      const isEcho =
        !offersChoice.test(instruction) && wordOverlap(normalizeAnswer(output), instruction) === 1;
      return isEcho ? `The answer ${quote(output)} only says words of the instruction again.` : null;
    },
  },
  {
    name: 'repetitiveAnswer',
    description: 'The answer says the same thing over and over.',
    reject: ({ output, isLoop }) => {
      const loop = findRepetition(output);
      if (loop) return `The answer repeats ${quote(loop)}.`;
      return isLoop ? 'The answer went round in circles until it was stopped.' : null;
    },
  },
  {
    name: 'demonstrationLeak',
    description: `The answer copies ${leakedRunWords} words in a row from a seed that the model was shown.`,
    reject: ({ instruction, input, output }, { demonstrations, passage }) => {
      const own = `${instruction}\n${input}\n${passage ?? ''}`;
      for (const seed of demonstrations) {
        const run = findSharedRun(
          output,
          `${seed.instruction}\n${seed.input}\n${seed.output}`,
          leakedRunWords,
        );
        if (run && !findSharedRun(run, own, leakedRunWords))
          return `The answer copies ${quote(run)} from the seed ${quote(seed.id)}.`;
      }
      return null;
    },
  },
  {
    name: 'disputedAnswer',
    description: 'The task came with its answer, but the model itself gives another.',
    reject: ({ output, disputedBy }) =>
      disputedBy === undefined
        ? null
        : `The task came with the answer ${quote(output)}, but the model answers ${quote(disputedBy)}.`,
  },
  {
    name: 'agreement',
    description: 'Answers under different demonstrations disagree too much.',
    reject: ({ agreement }, { settings: { minAgreement } }) =>
      agreement < minAgreement
        ? `${Math.round(agreement * 100)} % of the votes gave this answer; ${Math.round(minAgreement * 100)} % are asked for.`
        : null,
  },
  {
    name: 'grounding',
    description: 'The words of the answer are not in the passage that it was to come from.',
    reject: ({ instruction, input, output }, { passage, settings: { minGrounding } }) => {
      if (passage === undefined || choiceAnswer.test(normalizeAnswer(output))) return null;
      const share = wordOverlap(normalizeAnswer(output), `${passage}\n${instruction}\n${input}`);
      return share < minGrounding
        ? `Only ${Math.round(share * 100)} % of the answer's words are in its passage.`
        : null;
    },
  },
  {
    name: 'contradiction',
    description: 'The same task has another answer elsewhere; neither can be trusted.',
    reject: (draft, { answersTo }) => {
      const other = answersTo(draft).find(
        (answer) => normalizeAnswer(answer) !== normalizeAnswer(draft.output),
      );
      return other === undefined ? null : `The same task is answered ${quote(other)} elsewhere.`;
    },
  },
  {
    name: 'answerShare',
    description: 'Too many kept tasks have the same answer, which training would then give to everything.',
    reject: ({ output }, { shareOf, settings: { maxAnswerShare } }) => {
      const share = shareOf(output);
      return share > maxAnswerShare
        ? `${Math.round(share * 100)} % of the kept tasks would be answered ${quote(output)}; at most ${Math.round(maxAnswerShare * 100)} % are allowed.`
        : null;
    },
  },
  {
    name: 'answeredNovelty',
    description: 'The task with its answer is too similar to a seed or a kept task (ROUGE-L).',
    reject: (draft, { known, settings }) => {
      if (settings.noveltyScope !== 'answeredTask') return null;
      const match = known.findSimilar(noveltyText(draft, settings), settings.maxSimilarity);
      return (
        match &&
        `ROUGE-L ${match.similarity.toFixed(2)} with ${quote(match.text)}; at most ${settings.maxSimilarity} is allowed.`
      );
    },
  },
];
