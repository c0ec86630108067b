import { AppContext } from './appContext.ts';
import { Shell } from './shell/Shell.tsx';
import type { App } from './store/app.ts';
import { ThemedPage } from './ThemedPage.tsx';

/** The whole page over an application that is already made. */
export function Page({ app }: { readonly app: App }) {
  return (
    <ThemedPage>
      <AppContext value={app}>
        <Shell />
      </AppContext>
    </ThemedPage>
  );
}
