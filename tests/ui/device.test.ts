import { expect, it } from 'vitest';
import { App } from '../../src/ui/store/app.ts';
import { serveChat } from '../../workers/serveChat.ts';
import { serveSpecializer } from '../../workers/serveSpecializer.ts';
import type { DeviceChoice } from '../../src/workerApi/whittleWorkerApi.ts';
import type { Services } from '../../src/ui/store/services.ts';
import { directConnection, inMemoryServices } from './support/inMemory.ts';
import { recordedEngine } from './support/recordedEngine.ts';

const ready = () => Promise.resolve();

async function openPage(shared: Partial<Services> = {}) {
  const engine = recordedEngine(0, { tasks: 12, steps: 10 });
  const asked: DeviceChoice[] = [];
  const specializer = serveSpecializer(engine, ready);
  const services = inMemoryServices(specializer, serveChat(engine, ready), {
    connectSpecializer(device) {
      asked.push(device);
      return directConnection(specializer);
    },
    ...shared,
  });
  const app = new App(services);
  await app.begin('');
  return { app, services, asked, state: () => app.store.getState() };
}

const providerOf = ({ engine }: ReturnType<App['store']['getState']>) =>
  engine.kind === 'ready' ? engine.device.provider : engine.kind;

it('is decided automatically at first', async () => {
  const { state } = await openPage();
  expect([state().device, providerOf(state())]).toEqual(['auto', 'wasm']);
});

it('can be chosen, for the model and for runs, and is kept; parameters stay as they were set', async () => {
  const { app, services, asked, state } = await openPage();
  const parameters = { ...state().parameters!, tasks: 7 };
  app.setParameters(parameters);
  await app.setDevice('webgpu');
  expect([providerOf(state()), state().parameters]).toEqual(['webgpu', parameters]);
  await app.driver.start();
  expect(asked).toEqual(['webgpu']);
  const again = await openPage({ bytes: services.bytes });
  expect([again.state().device, providerOf(again.state())]).toEqual(['webgpu', 'webgpu']);
});

it('holds for this visit where the disk refuses it', async () => {
  const { app, services, state } = await openPage();
  services.bytes.write = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
  await app.setDevice('webgpu');
  expect([providerOf(state()), state().notice?.tone]).toEqual(['webgpu', 'error']);
});

it('is not changed under a run', async () => {
  const { app, state } = await openPage();
  const run = app.driver.start();
  while (!state().run) await new Promise((resolve) => setTimeout(resolve, 5));
  await expect(app.setDevice('webgpu')).rejects.toThrow('A run is going.');
  expect(state().device).toBe('auto');
  await run;
});
