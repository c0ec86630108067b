import { describe, expect, it } from 'vitest';
import type {
  AnsweredDraft,
  InstructionContext,
  ResponseContext,
  TaskDraft,
} from '../../src/specialize/filter.ts';
import { firstRejection, noveltyText } from '../../src/specialize/filter.ts';
import { instructionRules } from '../../src/specialize/instructionRules.ts';
import { createLanguageCheck } from '../../src/specialize/language.ts';
import { responseRules } from '../../src/specialize/responseRules.ts';
import { faithfulSettings } from '../../src/specialize/presets.ts';
import { SimilarityIndex } from '../../src/specialize/similarity.ts';
import type { SeedTask } from '../../src/specialize/tasks.ts';

const seed: SeedTask = {
  id: 'seed-1',
  instruction: 'Which organ does the word name?',
  input: 'A hepatic vein drains blood away.',
  output: 'It is the liver, since hepatic comes from the Greek word for liver.',
};

const settings = {
  ...faithfulSettings,
  ...{
    minAgreement: 0.5,
    minGrounding: 0.5,
    maxAnswerShare: 0.2,
    roundTripTop: 3,
    maxTaskTokens: 900,
    minAnswerTokens: 3,
  },
};
const context: InstructionContext & ResponseContext = {
  settings,
  demonstrations: [seed],
  seedWords: new Set(['which', 'organ', 'does', 'the', 'word', 'name']),
  known: new SimilarityIndex([
    noveltyText(seed, settings),
    'Explain how the kidneys filter the blood of a person',
  ]),
  foreignLanguage: createLanguageCheck([seed]),
  countTokens: (text) => text.length,
  passageRank: ({ instruction }) => (instruction.includes('astray') ? 4 : null),
  isHeldOut: ({ instruction }) => instruction.includes('secret'),
  isKnown: ({ instruction }) => instruction.includes('familiar'),
  answersTo: ({ instruction }) => (instruction.includes('disputed') ? ['Yes.'] : []),
  shareOf: (output) => (output === 'No idea.' ? 0.4 : 0.2),
};
const answeredContext: typeof context = {
  ...context,
  settings: { ...settings, noveltyScope: 'answeredTask' },
};

const draft = (change: Partial<TaskDraft>): TaskDraft => ({
  instruction: 'Name the bone between hip and knee.',
  input: '',
  isCut: false,
  ...change,
});
const answered = (change: Partial<AnsweredDraft>): AnsweredDraft => ({
  ...draft({}),
  output: 'The femur.',
  agreement: 1,
  ...change,
});

const instructionCases: readonly [string, Partial<TaskDraft>, RegExp][] = [
  ['cutTask', { isCut: true }, /cut at its length limit/],
  ['instructionLength', { instruction: 'Name a bone.' }, /3 words; at least 4/],
  ['instructionLength', { instruction: 'Name it. '.repeat(80) }, /160 words; at most 150/],
  ['taskTokens', { input: 'It is a long text. '.repeat(50) }, /986 tokens; at most 900/],
  ['firstCharacter', { instruction: '* Name one bone of the leg.' }, /begins with "\*"/],
  ['blacklist', { instruction: 'Draw the shape of the femur.' }, /"draw"/],
  ['blacklist', { instruction: 'Where would patients Go To with fever?' }, /"go to"/],
  ['blacklist', { input: 'See the picture.' }, /"picture"/],
  ['writeProgram', { instruction: 'Write a program that counts bones.' }, /Write a program/],
  ['placeholder', { input: 'The patient has [insert disease here].' }, /placeholder "\[insert/],
  ['placeholder', { instruction: 'Complete: the heart has ____ chambers.' }, /____/],
  ['missingInput', { instruction: 'Classify the following organ by system:' }, /no input follows/],
  ['missingInput', { input: 'Organs:' }, /input ends in a colon/],
  ['inputRepeatsInstruction', { input: 'name the bone between hip and knee' }, /input repeats/],
  ['repetitiveTask', { instruction: 'Is it good or is it good or is it good or not?' }, /repeats/],
  [
    'language',
    { instruction: 'Welches Hormon senkt den Blutzucker im Körper eines gesunden Menschen?' },
    /is in German; no seed is/,
  ],
  ['language', { instruction: 'Где находится бедренная кость?' }, /is in Cyrillic letters/],
  ['demonstrationInput', { input: 'A hepatic vein drains blood away' }, /seed "seed-1"/],
  ['heldOut', { instruction: 'Name the secret bone of them all.' }, /held-out/],
  ['roundTrip', { instruction: 'Name the bone that leads astray.' }, /number 4; .* among the first 3/],
  ['repeatedTask', { instruction: 'Name the familiar bone of them.' }, /seed or was kept/],
  [
    'novelty',
    { instruction: 'Explain how the kidneys clean the blood of a person' },
    /ROUGE-L 0.90 with "Explain how/,
  ],
];

const responseCases: readonly [string, Partial<AnsweredDraft>, RegExp][] = [
  ['cutAnswer', { isCut: true }, /cut at its length limit/],
  ['emptyAnswer', { output: '-' }, /no words/],
  ['answerTokens', { output: 'it' }, /2 tokens; at least 3/],
  ['answerLanguage', { output: 'Die Leber ist das größte innere Organ des Menschen.' }, /is in German/],
  ['unfinishedAnswer', { output: 'The bones are:' }, /ends in a colon/],
  ['answerRepeatsTask', { input: 'femur', output: 'Femur.' }, /input again/],
  ['answerRepeatsTask', { output: 'name the bone between hip and knee' }, /instruction again/],
  ['answerRepeatsTask', { output: 'Name the bone between hip and knee. Femur.' }, /contains the instruction/],
  ['answerRepeatsTask', { output: 'the knee' }, /only says words/],
  ['repetitiveAnswer', { isLoop: true }, /went round in circles/],
  ['repetitiveAnswer', { output: 'It is in the leg, and it is in the leg, it is in the leg.' }, /repeats/],
  [
    'demonstrationLeak',
    { output: 'Since hepatic comes from the Greek word for liver, femur.' },
    /from the seed "seed-1"/,
  ],
  [
    'disputedAnswer',
    { disputedBy: 'The tibia.' },
    /answer "The femur\.", but the model answers "The tibia\."/,
  ],
  ['agreement', { agreement: 0.4 }, /40 % of the votes/],
  ['answerShare', { output: 'No idea.' }, /40 % .* answered "No idea\."; at most 20 %/],
  ['contradiction', { instruction: 'Is the disputed bone long?', output: 'No.' }, /answered "Yes\."/],
];

describe.each([
  ['instruction', instructionRules, instructionCases],
  ['response', responseRules, responseCases],
] as const)('%s rules', (_, rules, cases) => {
  it('have different names and a sentence each', () => {
    expect(new Set(rules.map((rule) => rule.name)).size).toBe(rules.length);
    for (const rule of rules) expect(rule.description).toMatch(/^[A-Z].*\.$/);
  });

  it('are all tried below', () => {
    const tried = [...cases.map(([name]) => name), 'offPassage', 'grounding', 'answeredNovelty'];
    expect(rules.map((rule) => rule.name).filter((name) => !tried.includes(name))).toEqual([]);
  });
});

describe('instruction filters', () => {
  it('let a sound task pass', () => {
    expect(firstRejection(instructionRules, draft({}), context)).toBeNull();
    const russian = draft({ instruction: 'Где находится бедренная кость?' });
    const foreignLanguage = createLanguageCheck([{ ...seed, instruction: 'Что это за орган?' }]);
    expect(firstRejection(instructionRules, russian, { ...context, foreignLanguage })).toBeNull();
  });

  it.each(instructionCases)('%s rejects %j', (name, change, reason) => {
    const rejection = firstRejection(instructionRules, draft(change), context);
    expect(rejection?.rule).toBe(name);
    expect(rejection?.reason).toMatch(reason);
  });

  it.each(instructionCases)('%s can be switched off', (name, change) => {
    const disabledRules = [name];
    const rejection = firstRejection(instructionRules, draft(change), {
      ...context,
      settings: { ...settings, disabledRules },
    });
    expect(rejection?.rule).not.toBe(name);
  });

  it('hold a task against the passage that it was to be about', () => {
    const passage = 'Omeprazole lowers the acid in the stomach.';
    const judge = (instruction: string, shown?: string) =>
      firstRejection(instructionRules, draft({ instruction }), { ...context, passage: shown });
    expect(judge('Which organ does the giraffe name?', passage)?.reason).toBe(
      'None of "giraffe" is in the passage that the task was to be about.',
    );
    expect(judge('Which organ does omeprazole calm?', passage)).toBeNull();
    expect(judge('Which organ does the giraffe name?')).toBeNull();
  });

  it('tell of a held-out task whatever else is wrong with it', () => {
    const cut = draft({ instruction: 'Draw the secret bone', isCut: true });
    expect(firstRejection(instructionRules, cut, context)?.rule).toBe('heldOut');
  });

  it('do not mistake parts of words for blacklisted ones', () => {
    expect(
      firstRejection(
        instructionRules,
        draft({ instruction: 'What is a profile of cardiograph use?' }),
        context,
      ),
    ).toBeNull();
  });

  it('leave novelty to the answered task where its scope says so', () => {
    const [, change] = instructionCases.at(-1)!;
    expect(firstRejection(instructionRules, draft(change), answeredContext)).toBeNull();
  });
});

describe('response filters', () => {
  it.each(responseCases)('%s can be switched off', (name, change) => {
    const off = { ...context, settings: { ...settings, disabledRules: [name] } };
    expect(firstRejection(responseRules, answered(change), off)?.rule).not.toBe(name);
  });

  it('let a sound answer pass', () => {
    expect(firstRejection(responseRules, answered({}), context)).toBeNull();
  });

  it.each(responseCases)('%s rejects %j', (name, change, reason) => {
    const rejection = firstRejection(responseRules, answered(change), context);
    expect(rejection?.rule).toBe(name);
    expect(rejection?.reason).toMatch(reason);
  });

  it('grounding wants the words of the answer in the passage, except for a plain choice', () => {
    const grounded = (output: string) =>
      firstRejection(responseRules, answered({ output }), {
        ...context,
        passage: 'The thigh bone is the femur.',
      });
    expect(grounded('the femur')).toBeNull();
    expect(grounded('Yes.')).toBeNull();
    expect(grounded('tibia and fibula')).toMatchObject({ rule: 'grounding' });
  });

  it('allow a long run that the passage itself has', () => {
    const passage = seed.output;
    const output = 'Since hepatic comes from the Greek word for liver.';
    expect(firstRejection(responseRules, answered({ output }), { ...context, passage })).toBeNull();
  });

  it('compare the answered task where novelty covers the answer', () => {
    const known = new SimilarityIndex(['What does aspirin treat?\npain']);
    const judge = (output: string) =>
      firstRejection(responseRules, answered({ instruction: 'What does morphine treat?', output }), {
        ...answeredContext,
        known,
      });
    expect(judge('pain')).toMatchObject({ rule: 'answeredNovelty' }); // 4 of 5 words
    expect(judge('cough')).toBeNull(); // 3 of 5 words
  });
});
