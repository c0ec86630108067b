import * as z from 'zod';
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
  passageTokens: count(10).describe("Longest passage, in the model's tokens."),
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
  coverage: z
    .boolean()
    .describe(
      'Let the second half of the tasks be about passages of the documents that the first half leaves out.',
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
  passages: count(1).describe(
    'Passages shown when answering, the one that the task was written about first.',
  ),
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
