import { getBusinessConnection, getFile, getMe } from './account-methods.ts';
import { deleteBusinessMessages, deleteMessage, deleteMessages } from './delete-methods.ts';
import { editMessageCaption, editMessageMedia, editMessageReplyMarkup, editMessageText } from './edit-methods.ts';
import { sendMediaGroup } from './media-group.ts';
import type { Method } from './method.ts';
import { sendingMedia } from './send-media.ts';
import { sendContact, sendLocation, sendMessage, sendVenue } from './send-text.ts';
import { answerCallbackQuery, sendChatAction, setMessageReaction } from './signal-methods.ts';
import { deleteWebhook, getWebhookInfo, setWebhook } from './webhook-methods.ts';

/** All methods but getUpdates, which answers later. Names are matched without regard to case, as the real server does. */
export const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['getme', getMe],
  ['setwebhook', setWebhook],
  ['deletewebhook', deleteWebhook],
  ['getwebhookinfo', getWebhookInfo],
  ['getfile', getFile],
  ['getbusinessconnection', getBusinessConnection],
  ['sendmessage', sendMessage],
  ['sendphoto', sendingMedia('sendPhoto', 'photo')],
  ['senddocument', sendingMedia('sendDocument', 'document')],
  ['sendvideo', sendingMedia('sendVideo', 'video')],
  ['sendanimation', sendingMedia('sendAnimation', 'animation')],
  ['sendaudio', sendingMedia('sendAudio', 'audio')],
  ['sendvoice', sendingMedia('sendVoice', 'voice')],
  ['sendvideonote', sendingMedia('sendVideoNote', 'video_note')],
  ['sendsticker', sendingMedia('sendSticker', 'sticker')],
  ['sendmediagroup', sendMediaGroup],
  ['sendlocation', sendLocation],
  ['sendvenue', sendVenue],
  ['sendcontact', sendContact],
  ['editmessagetext', editMessageText],
  ['editmessagecaption', editMessageCaption],
  ['editmessagemedia', editMessageMedia],
  ['editmessagereplymarkup', editMessageReplyMarkup],
  ['deletemessage', deleteMessage],
  ['deletemessages', deleteMessages],
  ['deletebusinessmessages', deleteBusinessMessages],
  ['setmessagereaction', setMessageReaction],
  ['sendchataction', sendChatAction],
  ['answercallbackquery', answerCallbackQuery],
]);
