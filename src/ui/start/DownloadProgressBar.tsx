import { Button } from '@mantine/core';
import type { DownloadProgress } from '../../workerApi/model.ts';
import { useApp } from '../appContext.ts';
import { baseName, byteSize } from '../format.ts';
import { Icon } from '../parts/Icon.tsx';
import type { ModelActivity } from '../store/appState.ts';
import { inWords } from '../store/runProgress.ts';
import classes from './models.module.css';

const verbs = { asking: 'Looking up', downloading: 'Downloading', importing: 'Copying' };

/** What is being done about a model: altogether, and file by file. */
export function DownloadProgressBar({ activity }: { readonly activity: ModelActivity }) {
  const app = useApp();
  const progress = activity.kind === 'asking' ? null : activity.progress;
  const share = progress && progress.totalBytes > 0 ? progress.bytes / progress.totalBytes : null;
  const title = `${verbs[activity.kind]} ${activity.name}`;
  return (
    <section className={classes.offer} aria-label={title}>
      <div className={classes.progressHead}>
        <strong className={classes.offerName}>{title}</strong>
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<Icon name="stop" size={14} />}
          onClick={() => void app.attempt(() => app.models.stop())}
        >
          Cancel
        </Button>
      </div>
      <progress
        className={classes.bar}
        aria-label={title}
        max={1}
        {...(share !== null && { value: share })}
      />
      {progress && <p className={classes.meta}>{describe(progress)}</p>}
      {progress && <Files progress={progress} />}
    </section>
  );
}

function describe({ bytes, totalBytes, secondsLeft }: DownloadProgress): string {
  const left = secondsLeft === null ? '' : ` · ${inWords(secondsLeft)} left`;
  return `${byteSize(bytes)} of ${byteSize(totalBytes)}${left}`;
}

function Files({ progress: { files } }: { readonly progress: DownloadProgress }) {
  return (
    <ul className={classes.files}>
      {files.map(({ path, bytes, size }) => (
        <li key={path} data-done={bytes === size || undefined}>
          <span>{baseName(path)}</span>
          <span>{bytes === size ? byteSize(size) : `${byteSize(bytes)} of ${byteSize(size)}`}</span>
        </li>
      ))}
    </ul>
  );
}
