import { useAppState } from '../appContext.ts';
import { Icon } from '../parts/Icon.tsx';
import { Logo } from '../parts/Logo.tsx';
import { RunList } from '../runs/RunList.tsx';
import { ColorSchemeToggle } from './ColorSchemeToggle.tsx';
import { StepList } from './StepList.tsx';
import { TrustLine } from './TrustLine.tsx';
import classes from './shell.module.css';

export function Sidebar() {
  return (
    <aside className={classes.sidebar} aria-label="Whittle">
      <div className={classes.brand}>
        <Logo />
        <span className={classes.brandName}>Whittle</span>
        <ColorSchemeToggle />
      </div>
      <StepList />
      <div className={classes.sidebarRuns}>
        <RunList />
      </div>
      <footer className={classes.sidebarFoot}>
        <DeviceLine />
        <TrustLine />
      </footer>
    </aside>
  );
}

function DeviceLine() {
  const engine = useAppState((state) => state.engine);
  if (engine.kind !== 'ready') return null;
  return (
    <p className={classes.footLine}>
      <Icon name="chip" size={16} />
      <span>{engine.device.provider === 'webgpu' ? 'Graphics card (WebGPU)' : 'Processor (WASM)'}</span>
    </p>
  );
}
