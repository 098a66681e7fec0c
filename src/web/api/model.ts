import type { components } from './schema.d.ts';

/** What the API speaks of, under short names. */
type Schemas = components['schemas'];
export type Account = Schemas['Account'];
export type AccountDetails = Schemas['AccountDetails'];
export type Block = Schemas['BlockInput'];
export type BlockTerm = Block['term'];
export type BlockPage = Schemas['BlockPage'];
export type Session = Schemas['Session'];
export type Welcome = Schemas['Welcome'];
export type Conversation = Schemas['Conversation'];
export type ConversationPage = Schemas['ConversationPage'];
export type Message = Schemas['Message'];
export type Capabilities = Schemas['Capabilities'];
export type Channel = Schemas['Channel'];
export type Reply = Schemas['ReplyInput'];
export type Attachment = Schemas['Attachment'];
export type MessageExtras = Schemas['MessageExtras'];
export type SpecialContent = NonNullable<MessageExtras['content']>;
export type LetterText = Schemas['Letter'];
export type Participant = Schemas['Participant'];
export type LookedAt = Schemas['LookedAt'];
export type MessagePage = Schemas['MessagePage'];
export type Origin = Schemas['Origin'];
export type Delivery = Schemas['Delivery'];
export type ViewCounts = Schemas['ViewCounts'];
export type SessionEntry = Schemas['SessionEntry'];
export type Agent = Schemas['Agent'];
export type Team = Schemas['Team'];
export type ChangeOwner = Schemas['ChangeOwnerInput'];
export type Role = Schemas['Role'];
/** The conversation after something was done to it; null when it left the agent's reach by that. */
export type Acted = Schemas['Acted'];
export type NewAgent = Schemas['NewAgentInput'];
export type AgentChange = Schemas['AgentChangeInput'];
export type NewTeam = Schemas['NewTeamInput'];
export type TeamChange = Schemas['TeamChangeInput'];
export type QueueStatus = Schemas['QueueStatus'];
