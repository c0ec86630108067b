import type { Domain, DomainDocument, DomainFile } from '../../workerApi/domain.ts';

/** A task while it is being written; `key` tells rows apart, whatever is in them. */
export interface DraftTask {
  readonly key: string;
  readonly instruction: string;
  readonly input: string;
  readonly output: string;
  /** What the form does not show (labels, task group, source) comes through unchanged. */
  readonly rest: Readonly<Record<string, unknown>>;
}

export interface Draft {
  readonly name: string;
  readonly description: string;
  readonly seeds: readonly DraftTask[];
  readonly heldOut: readonly DraftTask[];
  readonly retention: NonNullable<DomainFile['retention']>;
  readonly documents: readonly DomainDocument[];
}

export const emptyTask = (): DraftTask => ({
  key: crypto.randomUUID(),
  instruction: '',
  input: '',
  output: '',
  rest: {},
});

export const emptyDraft = (): Draft => ({
  name: '',
  description: '',
  seeds: [emptyTask(), emptyTask(), emptyTask()],
  heldOut: [emptyTask()],
  retention: [],
  documents: [],
});

export function draftOf(domain: Domain, documents: readonly DomainDocument[], name = domain.name): Draft {
  const { description, seeds, heldOut, retention } = domain;
  return {
    name,
    description,
    seeds: seeds.map(draftTask),
    heldOut: heldOut.map(draftTask),
    retention: [...retention].map((item) => ({ ...item, labels: item.labels && [...item.labels] })),
    documents,
  };
}

type AnyTask = Domain['seeds'][number] | Domain['heldOut'][number];

function draftTask({ instruction, input, output, ...rest }: AnyTask): DraftTask {
  return { key: crypto.randomUUID(), instruction, input, output, rest };
}

const isBlank = ({ instruction, input, output }: DraftTask): boolean =>
  `${instruction}${input}${output}`.trim() === '';

/** The domain file of a draft; rows that nobody filled in are left out, so errors count only the others. */
export function fileOf({ name, description, seeds, heldOut, retention }: Draft): DomainFile {
  const written = (tasks: readonly DraftTask[]) => tasks.filter((task) => !isBlank(task));
  return {
    name,
    description,
    seeds: written(seeds).map(({ key: _key, rest, ...task }) => ({ ...rest, ...task })),
    heldOut: written(heldOut).map(({ key: _key, rest, ...task }) => ({ task: 'my tasks', ...rest, ...task })),
    retention,
  };
}

/** The draft with imported tasks behind its own; rows that nobody filled in make room. */
export function withTasks(draft: Draft, { seeds, heldOut = [] }: DomainFile): Draft {
  const own = (tasks: readonly DraftTask[]) => tasks.filter((task) => !isBlank(task));
  return {
    ...draft,
    seeds: [...own(draft.seeds), ...seeds.map(importedTask)],
    heldOut: [...own(draft.heldOut), ...heldOut.map(importedTask)],
  };
}

const importedTask = ({ input = '', ...row }: DomainFile['seeds'][number]): DraftTask =>
  draftTask({ ...row, input } as AnyTask);
