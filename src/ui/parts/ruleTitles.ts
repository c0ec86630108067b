import { ruleInWords } from '../store/rejectReasons.ts';

/** The filters' names as a person would say them. */
const titles: Readonly<Record<string, string>> = {
  cutTask: 'Cut off',
  instructionLength: 'Too short or too long',
  taskTokens: 'Too long for the model',
  firstCharacter: 'Odd beginning',
  blacklist: 'Needs more than text',
  writeProgram: 'Asks for a program',
  placeholder: 'Has a blank to fill in',
  missingInput: 'Its text is missing',
  inputRepeatsInstruction: 'Says it twice',
  repetitiveTask: 'Repeats itself',
  language: 'In another language',
  demonstrationInput: 'Copied from an example',
  offPassage: 'Not about its text',
  heldOut: 'Too close to an unseen task',
  roundTrip: 'Does not lead to its text',
  repeatedTask: 'Written before',
  novelty: 'Too similar to another',
  cutAnswer: 'Answer cut off',
  emptyAnswer: 'No answer',
  answerTokens: 'Answer too short',
  answerLanguage: 'Answer in another language',
  unfinishedAnswer: 'Answer unfinished',
  answerRepeatsTask: 'Answer repeats the task',
  repetitiveAnswer: 'Answer repeats itself',
  demonstrationLeak: 'Answer copied from an example',
  disputedAnswer: 'Model answers otherwise',
  agreement: 'Answers disagree',
  discarded: 'Left out by you',
  grounding: 'Answer not in the text',
  ifd: 'Answer does not follow from the task',
  evidenceGain: 'Answer does not follow from the text',
};

export const ruleTitle = (rule: string): string => titles[rule] ?? ruleInWords(rule);
