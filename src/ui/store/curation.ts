import { isSameWording, wordingOf, type TaskWording } from '../../taskChanges.ts';
import type { CuratedRun, TaskTokens } from '../../workerApi/curation.ts';
import type { GeneratedTask, RunEvent } from '../../workerApi/runEvent.ts';
import type { ChatApi } from '../../workerApi/whittleWorkerApi.ts';
import { counted } from '../format.ts';
import type { AppStore, CurationState, OpenRun, Undoable } from './appState.ts';
import { reduceRun } from './runState.ts';
import type { Connection, Services } from './services.ts';
import { closedBecause, eventOf, mayChange, type Verdict } from './taskDecisions.ts';

/** Steps that can be taken back. */
const mostUndoable = 100;

const done: Record<Verdict, string> = { keep: 'kept', discard: 'discarded' };

/** What a person does with the tasks of the run on screen: every deed is stored with the run at once, and can be taken back. */
export class Curation {
  readonly #store: AppStore;
  readonly #services: Pick<Services, 'runs' | 'takeRunLock'>;
  readonly #chat: () => Connection<ChatApi>;
  /** One deed after the other, however fast the keys are pressed. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    store: AppStore,
    services: Pick<Services, 'runs' | 'takeRunLock'>,
    chat: () => Connection<ChatApi>,
  ) {
    this.#store = store;
    this.#services = services;
    this.#chat = chat;
    store.subscribe(({ run }, before) => {
      const isSame = run?.id === before.run?.id && run?.owner === before.run?.owner;
      if (!isSame && store.getState().curation.undoable.length > 0) this.#set({ undoable: [], spoken: '' });
    });
  }

  /** Keeps or discards these tasks, as far as that changes anything. @throws where nothing can be decided now */
  decide(ids: readonly string[], verdict: Verdict): Promise<void> {
    return this.#next(async (run) => {
      const events = tasksOf(run, ids).flatMap((task) => eventOf(task, verdict) ?? []);
      await this.#do(run, events, (count) => `${counted(count, 'task')} ${done[verdict]}`);
    });
  }

  /** Keeps one of several tasks that are alike and discards the others, as one deed. @throws as `decide` */
  keepOnly(keptId: string, ids: readonly string[]): Promise<void> {
    return this.#next(async (run) => {
      const verdictOn = ({ id }: GeneratedTask): Verdict => (id === keptId ? 'keep' : 'discard');
      const events = tasksOf(run, ids).flatMap((task) => eventOf(task, verdictOn(task)) ?? []);
      await this.#do(run, events, () => `One of ${ids.length} tasks kept`);
    });
  }

  /**
   * Words a task anew, which keeps it; without an answer the model answers it when the run goes on.
   * @throws where it has no question, is too close to a held-out task, or nothing can be decided now
   */
  edit(id: string, { instruction, input, output = '' }: TaskWording): Promise<void> {
    const answer = output.trim();
    const wording = {
      ...{ instruction: instruction.trim(), input: input.trim() },
      ...(answer !== '' && { output: answer }),
    };
    return this.#next(async (run) => {
      const [task] = tasksOf(run, [id]);
      if (!task) return;
      if (wording.instruction === '')
        throw new Error('A task needs a question. Write one, or discard the task.');
      if (isSameWording(wordingOf(task), wording)) return;
      if (await this.#chat().call((api) => api.isHeldOut(curated(run), wording)))
        throw new Error(
          'This is too close to a task that the run is tested with, which must stay unseen. Word it differently.',
        );
      await this.#do(run, [{ type: 'taskEdited', id, wording }], () => '1 task edited');
    });
  }

  /** Takes back what was done last. @throws where nothing can be decided now */
  undo(): Promise<void> {
    return this.#next(async (run) => {
      const { undoable } = this.#store.getState().curation;
      const last = undoable.at(-1);
      if (!last) return;
      await this.#tell(
        run,
        last.before.map((task) => ({ type: 'taskRestored', task })),
      );
      this.#set({ undoable: undoable.slice(0, -1), spoken: `Taken back: ${last.title}.` });
    });
  }

  /** The task as training reads it. */
  async view(run: OpenRun, task: TaskWording): Promise<TaskTokens> {
    return this.#chat().call((api) => api.viewTask(curated(run), wordingOf(task)));
  }

  /** Ids of tasks that are alike, in groups; see `CurationApi`. */
  async findAlike(
    run: OpenRun,
    tasks: readonly GeneratedTask[],
    limit: number,
  ): Promise<readonly (readonly string[])[]> {
    const named = tasks.map((task) => ({ id: task.id, ...wordingOf(task) }));
    return this.#chat().call((api) => api.findAlike(curated(run), named, limit));
  }

  #next(deed: (run: OpenRun) => Promise<void>): Promise<void> {
    const mine = this.#last.then(async () => {
      const release = await this.#services.takeRunLock();
      const { run } = this.#store.getState();
      try {
        if (!run) return;
        const reason = closedBecause(release ? run : { ...run, owner: run.owner ?? 'elsewhere' });
        if (reason) throw new Error(reason);
        await deed(run);
      } finally {
        release?.();
      }
    });
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #do(run: OpenRun, events: readonly RunEvent[], title: (count: number) => string): Promise<void> {
    if (events.length === 0) return;
    const ids = events.flatMap((event) => ('id' in event ? [event.id] : []));
    const step: Undoable = { title: title(events.length), before: tasksOf(run, ids) };
    await this.#tell(run, events);
    const { undoable } = this.#store.getState().curation;
    this.#set({ undoable: [...undoable, step].slice(-mostUndoable), spoken: `${step.title}.` });
  }

  /** Stored first: what is on screen is what a reload shows. */
  async #tell({ id }: OpenRun, events: readonly RunEvent[]): Promise<void> {
    await this.#services.runs.append(id, events);
    this.#store.setState(({ run }) =>
      run?.id === id ? { run: { ...run, state: events.reduce(reduceRun, run.state) } } : {},
    );
  }

  #set(change: Partial<CurationState>): void {
    this.#store.setState(({ curation }) => ({ curation: { ...curation, ...change } }));
  }
}

/** Those that may be changed. */
function tasksOf({ state }: OpenRun, ids: readonly string[]): GeneratedTask[] {
  const wanted = new Set(ids);
  return state.tasks.filter((task) => wanted.has(task.id) && mayChange(state, task));
}

/** Without its documents, which may be large. */
const curated = ({ setup: { model, domain, parameters } }: OpenRun): CuratedRun => ({
  ...(model && { model }),
  domain,
  parameters,
});
