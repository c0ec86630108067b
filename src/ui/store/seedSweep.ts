import type { RunStatus } from '../../storage/runsDatabase.ts';
import { counted } from '../format.ts';
import type { AppStore, OpenRun } from './appState.ts';
import { notify } from './notices.ts';
import type { RunDriver } from './runDriver.ts';
import type { RunLibrary } from './runLibrary.ts';
import { missingPoints, pointSetup, seedPoints, type SeedPoint, type SweptRun } from './seedPoints.ts';
import type { Services } from './services.ts';

/** Runs a run again with fewer and fewer seeds. Each point is a stored run like any other. */
export class SeedSweep {
  readonly #store: AppStore;
  readonly #services: Services;
  readonly #driver: RunDriver;
  readonly #library: RunLibrary;
  #isGoing = false;
  readonly #isBeingRead = new Set<string>();

  constructor(store: AppStore, services: Services, driver: RunDriver, library: RunLibrary) {
    this.#store = store;
    this.#services = services;
    this.#driver = driver;
    this.#library = library;
  }

  /**
   * Runs what is missing of the sweep of the run on screen, one point after another, and comes back to it; what was begun is
   * gone on with. Stops at a point that is cancelled or fails.
   */
  async start(): Promise<void> {
    const { run } = this.#store.getState();
    if (!run || this.#isGoing) return;
    this.#isGoing = true;
    try {
      await this.#library.refresh();
      const missing = missingPoints(seedPoints(run, this.#store.getState().runs));
      this.#store.setState({ follows: true });
      const stopped = await this.#runAll(run, missing);
      await this.#comeBack(run);
      if (stopped !== null) this.#tellStopped(stopped);
    } finally {
      this.#store.setState({ sweep: null });
      this.#isGoing = false;
    }
  }

  /** Reads what the finished points of the run on screen came to, where that was not done before. */
  async readReports(): Promise<void> {
    const { run, runs, sweepReports } = this.#store.getState();
    const finished = run ? seedPoints(run, runs).filter((point) => point.run?.status === 'finished') : [];
    const ids = finished.flatMap((point) => point.run?.id ?? []);
    const unread = ids.filter((id) => !(id in sweepReports) && !this.#isBeingRead.has(id));
    await Promise.all(unread.map((id) => this.#readReport(id)));
  }

  /** The point at which the sweep stopped; null where none did. */
  async #runAll(swept: SweptRun, points: readonly SeedPoint[]): Promise<Stopped | null> {
    for (const [i, point] of points.entries()) {
      const { seeds } = point;
      this.#store.setState({ sweep: { number: i + 1, total: points.length, seeds } });
      const status = await this.#runPoint(swept, point);
      if (status !== 'finished') return { seeds, status, left: points.length - i - 1 };
    }
    return null;
  }

  async #runPoint(swept: SweptRun, { seeds, run }: SeedPoint): Promise<RunStatus | null> {
    if (!run) return this.#driver.start(pointSetup(swept, seeds), this.#store.getState().follows);
    await this.#library.open(run.id);
    return this.#driver.continue();
  }

  /** Unless it was deleted meanwhile, or something else is going. */
  async #comeBack({ id }: OpenRun): Promise<void> {
    const { run, runs } = this.#store.getState();
    if (run?.owner === 'here' || !runs.some((stored) => stored.id === id)) return;
    await this.#library.open(id);
    this.#store.setState(({ follows }) => (follows ? { step: 'compare' } : {}));
  }

  #tellStopped({ seeds, status, left }: Stopped): void {
    // Where it did not begin, the reason is on screen.
    if (status === null) return;
    const how = status === 'cancelled' ? 'was cancelled' : 'failed';
    const rest = left > 0 ? ', and the runs after it were not begun' : '';
    notify(
      this.#store,
      `The run with ${counted(seeds, 'example')} ${how}${rest}. “With fewer examples” on the Compare page goes on with what is missing.`,
    );
  }

  async #readReport(id: string): Promise<void> {
    this.#isBeingRead.add(id);
    try {
      const events = await this.#services.runs.eventsOf(id);
      const done = events.findLast((event) => event.type === 'done');
      const report = done?.type === 'done' ? done.report : null;
      this.#store.setState(({ sweepReports }) => ({ sweepReports: { ...sweepReports, [id]: report } }));
    } finally {
      this.#isBeingRead.delete(id);
    }
  }
}

interface Stopped {
  readonly seeds: number;
  /** Null where it could not begin. */
  readonly status: RunStatus | null;
  /** Points after it. */
  readonly left: number;
}
