import { expect, test } from '@jest/globals';
import { isProgramMark } from '../../../../../channels/email/parse/reply/tail-rules.ts';

/** What phones and programs put under a text. */
const MARKS = [
  'Sent from my iPhone',
  'Sent from my mobile device',
  'Sent from Mail for Windows',
  'Sent from Outlook',
  'Sent from Yahoo Mail for iPhone',
  'Sent from my BlackBerry® wireless handheld',
  'Sent using Zoho Mail',
  'Sent with Spark',
  'Get BlueMail for Android',
  'Envoyé depuis mon mobile Orange',
  'Provenance : Courrier pour Windows 10',
  'Enviado desde Correo para Windows 10',
  'Gesendet von Mail für Windows 10',
  'Von Samsung Mobile gesendet',
  '发自我的小米手机',
  '发送自 Windows 10 版邮件应用',
  '從我的 iPad 傳送',
  'Отправлено с моего iPhone',
  'Отправлено из Почты Mail.ru',
  'iPadから送信',
  'Windows 版のメールから送信',
  'iPhone에서 보냄',
  '삼성 휴대폰에서 보냈습니다',
  'Inviato da Posta per Windows 10',
  'Wysłano z iPhone',
  'Verzonden vanuit Mail voor Windows',
  'Enviado do Yahoo Mail no Android',
];
/** Sentences of customers that begin alike. */
const SENTENCES = [
  'Sent from Binance',
  'Sent by mail yesterday',
  'Sent from the wrong account',
  'Sent from my old wallet',
  'Sent on Monday by email',
  '从昨天开始就不行了',
  '来自中国的用户',
  'Envoyé par virement hier',
  '昨日アプリから送信しました。',
  'Отправлено вчера',
  'Enviado por transferencia ayer',
  'Gesendet am Montag',
];

test.each(MARKS)('%s: a mark', (line) => {
  expect(isProgramMark(line)).toBe(true);
});

test.each(SENTENCES)('%s: a sentence', (line) => {
  expect(isProgramMark(line)).toBe(false);
});
