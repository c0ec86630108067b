import { expect, vi } from 'vitest';
import { App } from '../../../src/ui/store/app.ts';
import type { AppState } from '../../../src/ui/store/appState.ts';
import type { Services } from '../../../src/ui/store/services.ts';
import { serveChat } from '../../../workers/serveChat.ts';
import { serveSpecializer } from '../../../workers/serveSpecializer.ts';
import { inMemoryServices } from './inMemory.ts';
import { recordedEngine } from './recordedEngine.ts';

export const ready = () => Promise.resolve();

/** A page that has begun, over a recorded run. */
export async function openPage(shared: Partial<Services> = {}, place = '', delayMs = 0) {
  const engine = recordedEngine(delayMs, { tasks: 12, steps: 10 });
  const services = inMemoryServices(serveSpecializer(engine, ready), serveChat(engine, ready), shared);
  const app = new App(services);
  await app.begin(place);
  return { app, services, state: () => app.store.getState() };
}

/** Waits until the run on screen has written more than `count` tasks. */
export const atTask = (state: () => AppState, count: number) =>
  vi.waitFor(() => expect(state().run?.state.tasks.length).toBeGreaterThan(count), { timeout: 15_000 });
