import { runFolder } from '../../storage/runFiles.ts';
import type { AppStore, RunSummary } from './appState.ts';
import { faultIn, tellDamage } from './damages.ts';
import type { Runs } from './services.ts';
import { readRunEvents, readRunRecord } from './storedRun.ts';

/** Stored runs as they may be shown and continued: one that is damaged is told of and left out, the others stay. */
export function checkedRuns(runs: Runs, store: AppStore): Runs {
  // Runs are listed often; what a person dismissed is not told again.
  const told = new Set<string>();
  const check = (record: RunSummary): RunSummary[] => {
    try {
      return [readRunRecord(record)];
    } catch (error) {
      const { id } = record;
      const text = `A run cannot be listed: what this browser stored of it is damaged (${faultIn(error)}). Delete it; the other runs are not affected.`;
      if (!told.has(id)) tellDamage(store, { name: runFolder(id), runId: id, text });
      told.add(id);
      return [];
    }
  };
  return {
    add: (run) => runs.add(run),
    setStatus: (id, status, failure) => runs.setStatus(id, status, failure),
    append: (id, events) => runs.append(id, events),
    list: async () => (await runs.list()).flatMap(check),
    async eventsOf(id) {
      const stored = await runs.eventsOf(id);
      try {
        return readRunEvents(stored);
      } catch (error) {
        throw new Error(
          `This run cannot be opened: what this browser stored of it is damaged (${faultIn(error)}). Delete it in the list of runs; the others are not affected.`,
        );
      }
    },
    delete: (id) => runs.delete(id),
  };
}
