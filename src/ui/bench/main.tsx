import '@mantine/core/styles.layer.css';
import '../theme/theme.css';
import { createRoot } from 'react-dom/client';
import { ThemedPage } from '../ThemedPage.tsx';
import { connectOffline } from '../connection/offline.ts';
import { BenchPage } from './BenchPage.tsx';
import { connectBench } from './connectBench.ts';

createRoot(document.getElementById('root')!).render(
  <ThemedPage>
    <BenchPage connect={connectBench} />
  </ThemedPage>,
);
void connectOffline().begin(() => undefined);
