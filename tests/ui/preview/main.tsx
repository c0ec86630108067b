import '@mantine/core/styles.layer.css';
import 'uplot/dist/uPlot.min.css';
import '../../../src/ui/theme/theme.css';
import { createRoot } from 'react-dom/client';
import { Page } from '../../../src/ui/Page.tsx';
import { App } from '../../../src/ui/store/app.ts';
import { serveChat } from '../../../workers/serveChat.ts';
import { serveSpecializer } from '../../../workers/serveSpecializer.ts';
import { exampleDownloads } from '../support/exampleDownloads.ts';
import { directConnection, inMemoryServices } from '../support/inMemory.ts';
import { recordedEngine } from '../support/recordedEngine.ts';

// The page over a recorded run, to look at every screen without an engine: `npx vite tests/ui/preview`.
// `?delay=0&tasks=10000`: milliseconds per event, and how many tasks it writes.
const asked = new URLSearchParams(location.search);
const delayMs = Number(asked.get('delay') ?? 60);
const engine = recordedEngine(delayMs, { tasks: Number(asked.get('tasks') ?? 60), steps: 120 });
const ready = () => Promise.resolve();
const downloads = exampleDownloads();
const app = new App(
  inMemoryServices(serveSpecializer(engine, ready), serveChat(engine, ready), {
    connectDownloads: () => directConnection(downloads),
  }),
);
createRoot(document.getElementById('root')!).render(<Page app={app} />);
void app.begin(location.hash);
