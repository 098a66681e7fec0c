import { DEMO_PEOPLE } from './demo-people.ts';

export interface GreetingParts {
  /** Of the page. */
  address: string;
  password: string;
  dataFolder: string;
  controlUrl: string;
}

/** What a newcomer reads when the sandbox is up: where to click, how to sign in, how to stop. */
export function sandboxGreeting({ address, password, dataFolder, controlUrl }: GreetingParts): string {
  const width = Math.max(...DEMO_PEOPLE.map(({ email }) => email.length));
  const people = DEMO_PEOPLE.map(({ email, name, role }) => `    ${email.padEnd(width)}  ${name}, ${role}`);
  return `
Parley runs in the sandbox: no configuration was found, so its Telegram, its Discord, its X and its mail server are simulated inside
this process, and its web chat has a demo site.

  Open         ${address}
  Sign in as
${people.join('\n')}
  Password     ${password}

What stands beside the inbox is the customers': write there, and answer as the desk. Trouble is a click away.
Ctrl-C ends it; everything stays in ${dataFolder} for the next start.
For real accounts copy config/default.yaml to config/parley.yaml and add them there.
From a terminal: curl -s ${controlUrl}/say -d '{"chat": 1001, "text": "My deposit has not arrived"}'
`;
}
