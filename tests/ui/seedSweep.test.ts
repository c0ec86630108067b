import { describe, expect, it, vi } from 'vitest';
import { seedPoints } from '../../src/ui/store/seedPoints.ts';
import type { Services } from '../../src/ui/store/services.ts';
import type { Engine } from '../../src/workerApi/engine.ts';
import type { SpecializeRequest } from '../../src/workerApi/whittleWorkerApi.ts';
import { serveSpecializer } from '../../workers/serveSpecializer.ts';
import { directConnection } from './support/inMemory.ts';
import { atTask, openPage, ready } from './support/openPage.ts';
import { recordedEngine } from './support/recordedEngine.ts';

const patient = { timeout: 30_000 };

const size = { tasks: 12, steps: 10 };

interface Worker {
  /** Per event of a point; the run that is swept takes no time. */
  readonly delayMs?: number;
  /** Seeds of a point that comes to a halt on the way. */
  readonly hangsAt?: number;
}

/** A page that notes what it asks of its worker; its field has four seeds, so that a sweep has the points 1 and 2. */
async function openNoting(
  { delayMs = 0, hangsAt = 0 }: Worker = {},
  shared: Partial<Services> = {},
  place = '',
) {
  const asked: SpecializeRequest[] = [];
  const [quick, slow] = [recordedEngine(0, size), recordedEngine(delayMs, size)];
  const engine: Engine = {
    ...quick,
    async *specialize(request, signal) {
      asked.push(request);
      let left = seedsOf(request) === hangsAt ? 20 : Infinity;
      const { sweepOf } = request.setup;
      for await (const event of (sweepOf === undefined ? quick : slow).specialize(request, signal)) {
        if (left-- === 0) await new Promise(() => undefined);
        yield event;
      }
    },
  };
  const connectSpecializer = () => directConnection(serveSpecializer(engine, ready));
  const page = await openPage({ ...shared, connectSpecializer }, place);
  return { ...page, asked, seeds: () => asked.map(seedsOf) };
}

const seedsOf = ({ setup }: SpecializeRequest) => setup.parameters.settings?.['seedCount'];

const titles = ({ state }: Awaited<ReturnType<typeof openPage>>) =>
  state().runs.map(({ title, status }) => `${title}: ${status}`);

describe('a sweep over the seeds', patient, () => {
  it('runs its points in order, each a stored run, and comes back to the run that it is of', async () => {
    const page = await openNoting();
    await page.app.driver.start();
    const { id } = page.state().run!;
    await page.app.sweep.start();
    expect(page.seeds()).toEqual([undefined, 1, 2]);
    expect(titles(page).toSorted()).toEqual([
      'biomedicine · 1 example: finished',
      'biomedicine · 2 examples: finished',
      'biomedicine: finished',
    ]);
    expect(page.state()).toMatchObject({ run: { id }, step: 'compare', sweep: null, notice: null });
    await page.app.sweep.readReports();
    const points = seedPoints(page.state().run!, page.state().runs);
    const reports = points.map(({ run }) => page.state().sweepReports[run!.id]);
    expect(reports.map((report) => report?.verdict)).toEqual(['better', 'better']);
    await page.app.sweep.start();
    expect(page.asked).toHaveLength(3);
  });

  it('says at which point it is, and leaves the person where they went', async () => {
    const page = await openNoting({ delayMs: 1 });
    await page.app.driver.start();
    const [sweep, again] = [page.app.sweep.start(), page.app.sweep.start()];
    await vi.waitFor(() => expect(page.state().sweep).toEqual({ number: 1, total: 2, seeds: 1 }));
    await vi.waitFor(() => expect(page.state().step).toBe('generate'));
    page.app.goTo('domain');
    // Pressed again.
    await again;
    expect(page.state()).toMatchObject({ sweep: { number: 1 }, notice: null });
    await sweep;
    expect(page.seeds()).toEqual([undefined, 1, 2]);
    expect(page.state().step).toBe('domain');
  });

  it('stops where a point is cancelled, and says what is left', async () => {
    const page = await openNoting({ delayMs: 10 });
    await page.app.driver.start();
    const { id } = page.state().run!;
    const sweep = page.app.sweep.start();
    await vi.waitFor(() => expect(page.state().run?.id).not.toBe(id));
    await atTask(page.state, 2);
    await page.app.driver.cancel();
    await sweep;
    expect(page.seeds()).toEqual([undefined, 1]);
    expect(page.state().run?.id).toBe(id);
    expect(page.state().notice?.text).toContain(
      'The run with 1 example was cancelled, and the runs after it were not begun.',
    );
  });

  it('goes on after a closed tab with what is missing only, where that was', async () => {
    const first = await openNoting({ hangsAt: 2 });
    await first.app.driver.start();
    const { id } = first.state().run!;
    void first.app.sweep.start();
    await vi.waitFor(() => expect(first.asked).toHaveLength(3), 15_000);
    const begun = first.asked[2]!.runId;
    const { runs, bytes } = first.services;
    await vi.waitFor(async () => expect((await runs.eventsOf(begun)).length).toBeGreaterThan(8), 15_000);
    const second = await openNoting({}, { runs, bytes }, `#/compare/${id}`);
    expect(titles(second)).toContain('biomedicine · 2 examples: interrupted');
    await second.app.sweep.start();
    expect(second.asked.map(({ runId }) => runId)).toEqual([begun]);
    expect(second.asked[0]!.earlier.length).toBeGreaterThan(8);
    expect(titles(second).filter((title) => title.endsWith('finished'))).toHaveLength(3);
    expect(second.state().run?.id).toBe(id);
  });
});
