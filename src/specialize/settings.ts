import * as z from 'zod';
import { selfInstructBlacklist } from './selfInstructBlacklist.ts';
import { controlNames } from './controlNames.ts';

z.config({ jitless: true });

const count = (min: number) => z.int().min(min);
const share = z.number().min(0).max(1);

/** Everything adjustable, in one flat object: the form, the command line and the stored run share it. */
export const settingsSchema = z.object({
  seed: z.int().describe('Two runs with equal seeds, settings and model write the same data.'),
  rounds: count(1).describe(
    'Rounds after the first answer the tasks again with the adapter of the round before.',
  ),
  tasks: count(1).describe('Stop writing tasks when this many have passed the instruction filters.'),
  maxPrompts: count(1).describe('Give up writing tasks after this many prompts.'),
  batchSize: count(1).describe(
    'Prompts that the model completes side by side; as one is done, the next takes its place.',
  ),
  instructionDemonstrations: count(1).describe('Seeds shown when asking for new tasks.'),
  tasksPerPrompt: count(1).describe('New tasks taken from one completion.'),
  instructionTokens: count(1).describe('Token limit of a completion that lists tasks.'),
  temperature: z.number().min(0).max(2).describe('For writing tasks; answers are greedy.'),
  topP: z.number().gt(0).max(1).describe('Nucleus for writing tasks.'),
  passageShare: share.describe('Share of task-writing prompts that are about a passage of the documents.'),
  passageWords: count(10).describe('Longest passage, in words.'),
  documentShare: share.describe(
    'Share of those prompts that take a passage of the documents, not a recited fact, where there are both.',
  ),
  labelFirstShare: share.describe(
    'Share of task-writing prompts that begin with a label of a classification seed, drawn evenly: against one-label collapse.',
  ),
  spanFirstShare: share.describe(
    'Share that begin with a few words of a passage, to which the model writes the question.',
  ),
  claimShare: share.describe(
    'Share that ask whether a statement of a passage is true, half of them with a name, number or word of another document.',
  ),
  backtranslationShare: share.describe(
    'Share that begin with a sentence of a passage, to which the model writes the instruction.',
  ),
  checkGiven: z
    .boolean()
    .describe(
      'Let the model answer tasks that came with their answer too, and reject those where it disagrees.',
    ),
  recitations: count(0).describe('Prompts that make the model recite facts, which then serve as passages.'),
  recitationTokens: count(1).describe('Token limit of one recitation.'),
  recitationTemperature: z.number().min(0).max(2),
  responseDemonstrations: count(0).describe('Answered seeds shown when answering a new task.'),
  responseTokens: count(1).describe('Token limit of an answer, in generation and in evaluation.'),
  retrieve: z.boolean().describe('Show the best matching passage when answering a task.'),
  showRecited: z
    .boolean()
    .describe('Show recited facts, too, when answering; else they only serve to write tasks about.'),
  votes: count(1).describe('Answers per task, each with other demonstrations; the commonest one counts.'),
  voteTemperature: z
    .number()
    .min(0)
    .max(2)
    .describe(
      'For answers, where a task gets several; 0 leaves the demonstrations as their only difference.',
    ),
  minAgreement: share.describe('Smallest share of votes that must agree.'),
  minWords: count(1).describe('Shortest instruction, in words.'),
  maxWords: count(1).describe('Longest instruction, in words.'),
  maxTaskTokens: count(1).describe("Longest task, instruction and input, in the model's tokens."),
  minAnswerTokens: count(0).describe("Shortest answer, in the model's tokens."),
  noveltyScope: z
    .enum(['task', 'answeredTask'])
    .describe('Compare tasks without or with their answers; short questions differ mostly in the answer.'),
  maxSimilarity: share.describe('Largest ROUGE-L against any seed or kept task.'),
  maxHeldOutSimilarity: share.describe('Largest ROUGE-L against any held-out task; equal tasks never pass.'),
  roundTripTop: count(0).describe(
    "A task's words must find its own passage among so many of the best matches; 0 asks for nothing.",
  ),
  minGrounding: share.describe(
    "Smallest share of an answer's words found in its passage; 0 asks for nothing.",
  ),
  maxAnswerShare: share.describe(
    'Largest share of the kept tasks that may have the same answer; 1 allows any: against one-label collapse.',
  ),
  ifdBand: z
    .tuple([z.number().min(0), z.number().min(0)])
    .readonly()
    .nullable()
    .describe(
      "From which to below which share an answer's perplexity after its task may be of that alone (IFD); null asks for nothing.",
    ),
  minEvidenceGain: z
    .number()
    .nullable()
    .describe(
      "Least that the shown passage must add to an answer's log-likelihood, in nats per token; null asks for nothing.",
    ),
  blacklist: z.array(z.string().min(1)).readonly(),
  disabledRules: z.array(z.string()).readonly().describe('Names of filters to leave out.'),
  rescue: z.array(z.string()).readonly().describe('Tasks, by id, to keep although a rule rejects them.'),
  discard: z
    .array(z.string())
    .readonly()
    .describe('Tasks, by id, to leave out although no rule rejects them.'),
  replayShare: share.describe(
    'General tasks that the model writes and answers before training, as a share of `tasks`: against forgetting.',
  ),
  replayTopics: z.array(z.string().min(1)).min(1).readonly().describe('What those tasks are about.'),
  validFraction: share.describe('Share of the seeds, and of the documents, that only watch the loss.'),
  controls: z
    .array(z.enum(controlNames))
    .readonly()
    .describe('Adapters that are trained and evaluated too, each with one thing left out.'),
  seedCount: count(1).nullable().describe('Use only so many of the seeds, drawn at random; null for all.'),
  maxFall: share.describe('A further round is undone where held-out or general F1 falls by more than this.'),
  fewShot: count(0).describe(
    'Answered seeds shown in a second test of the held-out tasks, beside the one without any; 0 for no such test.',
  ),
});

export type SpecializeSettings = Readonly<z.infer<typeof settingsSchema>>;

/** The method as published (Self-MoE's settings, Self-Instruct's filters); for models of several billion parameters. */
export const faithfulSettings: SpecializeSettings = {
  seed: 0,
  rounds: 1,
  tasks: 5000,
  maxPrompts: 2500,
  batchSize: 16,
  instructionDemonstrations: 3,
  tasksPerPrompt: 8,
  instructionTokens: 768,
  temperature: 1,
  topP: 0.98,
  passageShare: 0,
  passageWords: 150,
  documentShare: 0.5,
  labelFirstShare: 0,
  spanFirstShare: 0,
  claimShare: 0,
  backtranslationShare: 0,
  checkGiven: false,
  recitations: 0,
  recitationTokens: 512,
  recitationTemperature: 0.7,
  responseDemonstrations: 5,
  responseTokens: 256,
  retrieve: true,
  showRecited: true,
  votes: 1,
  voteTemperature: 0,
  minAgreement: 0,
  minWords: 4,
  maxWords: 150,
  maxTaskTokens: 400,
  minAnswerTokens: 1,
  noveltyScope: 'task',
  maxSimilarity: 0.7,
  maxHeldOutSimilarity: 0.7,
  roundTripTop: 0,
  minGrounding: 0,
  maxAnswerShare: 1,
  ifdBand: null,
  minEvidenceGain: null,
  blacklist: selfInstructBlacklist,
  disabledRules: [],
  rescue: [],
  discard: [],
  replayShare: 0,
  replayTopics: [
    'everyday life',
    'science',
    'history',
    'geography',
    'arithmetic',
    'English grammar',
    'food and cooking',
    'technology',
    'nature',
    'work and business',
  ],
  validFraction: 0.1,
  controls: [],
  seedCount: null,
  maxFall: 0.02,
  fewShot: 0,
};

/**
 * For 100 M to 3 B parameters: fewer tasks, cooler sampling, fewer demonstrations, half of the tasks about passages, a
 * half that begins with its answer. The shares are a choice, not a measurement.
 */
export const smallModelSettings: SpecializeSettings = {
  ...faithfulSettings,
  tasks: 300,
  maxPrompts: 200,
  tasksPerPrompt: 5,
  instructionTokens: 384,
  temperature: 0.8,
  topP: 0.95,
  passageShare: 0.5,
  labelFirstShare: 0.1,
  spanFirstShare: 0.2,
  claimShare: 0.1,
  backtranslationShare: 0.1,
  checkGiven: true,
  passageWords: 120,
  responseDemonstrations: 3,
  responseTokens: 128,
  minWords: 3,
  roundTripTop: 10,
};

/** For the embedded model, whose tasks are one short question and whose context is 256 tokens. */
export const pocketSettings: SpecializeSettings = {
  ...smallModelSettings,
  tasks: 1400,
  maxPrompts: 1000,
  tasksPerPrompt: 3,
  instructionTokens: 64,
  temperature: 0.9,
  passageShare: 0.8,
  // It writes no question to a given answer; see docs/method.md.
  labelFirstShare: 0,
  spanFirstShare: 0,
  claimShare: 0,
  backtranslationShare: 0,
  checkGiven: false,
  passageWords: 30,
  recitations: 64,
  recitationTokens: 128,
  responseTokens: 32,
  noveltyScope: 'answeredTask',
  maxSimilarity: 0.8,
  maxHeldOutSimilarity: 1,
  roundTripTop: 0,
  // Answers that are not in the shown passage are wrong nearly always; what it recites is right nearly always.
  minGrounding: 1,
  maxAnswerShare: 0.12,
  replayShare: 0.3125,
  replayTopics: [
    'general knowledge',
    'nature',
    'the natural sciences',
    'the world',
    'travel',
    'culture',
    'the arts',
    'everyday life',
    'technology',
    'leisure',
  ],
  validFraction: 0,
};

export const settingsPresets = {
  faithful: faithfulSettings,
  small: smallModelSettings,
  pocket: pocketSettings,
} as const;

/** Completes the settings of a run from before there were as many: what is new is off in the method as published. */
export const completeEarlierSettings = (stored: Partial<SpecializeSettings>): SpecializeSettings =>
  resolveSettings(stored, faithfulSettings);

/** Shares of the kinds of tasks that begin with their answer. */
const kindShares = ['labelFirstShare', 'spanFirstShare', 'claimShare', 'backtranslationShare'] as const;

function checkShares(settings: SpecializeSettings): SpecializeSettings {
  const sum = kindShares.reduce((total, name) => total + settings[name], 0);
  if (sum <= 1 + 1e-9) return settings;
  throw new Error(`${kindShares.map(quoted).join(', ')} add up to ${sum.toFixed(2)}; 1 is all there is.`);
}

const quoted = (name: string): string => `"${name}"`;

/**
 * Completes and checks settings that a person gave.
 * @throws one sentence per fault, naming the setting and its value.
 */
export function resolveSettings(
  given: Partial<SpecializeSettings>,
  preset = smallModelSettings,
): SpecializeSettings {
  const result = settingsSchema.strict().safeParse({ ...preset, ...given });
  if (result.success) return checkShares(result.data);
  throw new Error(
    result.error.issues
      .map((issue) => {
        if (issue.code === 'unrecognized_keys')
          return `There is no setting ${issue.keys.map((k) => `"${k}"`).join(', ')}.`;
        const name = String(issue.path[0]);
        return `Setting "${name}" is ${JSON.stringify((given as Record<string, unknown>)[name])}: ${issue.message}.`;
      })
      .join('\n'),
  );
}
