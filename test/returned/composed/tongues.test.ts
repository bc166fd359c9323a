/** FBK-1: replies and notices in the tongues of large providers. */
import { describe, expect, test } from 'vitest';
import type { ReplyClass } from '../../../src/core/reply-class.ts';
import { classify, readMessage } from '../reading.ts';
import { plain } from './form.ts';

// prettier-ignore
const TEXTS: readonly (readonly [text: string, replyClass: ReplyClass])[] = [
  ['Das Postfach des Empfängers ist voll', 'mailbox-full'],
  ['Der Empfänger ist unbekannt', 'unknown-recipient'],
  ['Die Mailbox ist nicht bekannt', 'unknown-recipient'],
  ['Der Benutzer existiert nicht', 'unknown-recipient'],
  ['Das Konto ist gesperrt', 'inactive'],
  ['Die Nachricht wurde als Spam eingestuft', 'spam-refused'],
  ['Die Nachricht ist zu groß', 'size'],
  ['Domain nicht gefunden', 'dns'],
  ['La boîte du destinataire est pleine', 'mailbox-full'],
  ['Boîte aux lettres saturée', 'mailbox-full'],
  ['Adresse d\'au moins un destinataire invalide. Invalid recipient.', 'unknown-recipient'],
  ['Le destinataire n\'existe pas', 'unknown-recipient'],
  ['Utilisateur inconnu', 'unknown-recipient'],
  ['Compte désactivé', 'inactive'],
  ['Message refusé: considéré comme indésirable', 'spam-refused'],
  ['El buzón del destinatario está lleno', 'mailbox-full'],
  ['El usuario no existe', 'unknown-recipient'],
  ['La cuenta está desactivada', 'inactive'],
  ['Mensaje rechazado por ser correo no deseado', 'spam-refused'],
  ['La casella di posta è piena', 'mailbox-full'],
  ['Utente sconosciuto', 'unknown-recipient'],
  ['Destinatario inesistente', 'unknown-recipient'],
  ['Casella disattivata', 'inactive'],
  ['A caixa de correio está cheia', 'mailbox-full'],
  ['Usuário não existe', 'unknown-recipient'],
  ['Destinatário inexistente', 'unknown-recipient'],
  ['Конечный ящик переполнен', 'mailbox-full'],
  ['Почтовый ящик не существует', 'unknown-recipient'],
  ['Пользователь не найден', 'unknown-recipient'],
  ['Учетная запись заблокирована', 'inactive'],
  ['Письмо отклонено как спам', 'spam-refused'],
  ['メールボックスの容量を超えています', 'mailbox-full'],
  ['宛先のメールアドレスは存在しません', 'unknown-recipient'],
  ['メールアドレスが見つかりませんでした', 'unknown-recipient'],
  ['このユーザーは現在利用停止中です', 'inactive'],
  ['迷惑メールと判定されました', 'spam-refused'],
  ['收件人邮箱已满', 'mailbox-full'],
  ['收件人不存在', 'unknown-recipient'],
  ['用户不存在', 'unknown-recipient'],
  ['收件人邮箱空间不足', 'mailbox-full'],
  ['邮箱已被停用', 'inactive'],
  ['被认为是垃圾邮件', 'spam-refused'],
  ['收件人域名不存在', 'dns'],
  ['사용자를 찾을 수 없습니다', 'unknown-recipient'],
  ['메일함 용량 초과', 'mailbox-full'],
  ['Skrzynka odbiorcy jest pełna', 'mailbox-full'],
  ['Użytkownik nie istnieje', 'unknown-recipient'],
  ['Gebruiker onbekend', 'unknown-recipient'],
  ['De mailbox is vol', 'mailbox-full'],
  ['Brevlådan är full', 'mailbox-full'],
  ['Okänd mottagare', 'unknown-recipient'],
  ['Ukendt bruger', 'unknown-recipient'],
  ['Käyttäjää ei löydy', 'unknown-recipient'],
  ['Kullanıcı bulunamadı', 'unknown-recipient'],
  ['Posta kutusu dolu', 'mailbox-full'],
  ['Neznámý uživatel', 'unknown-recipient'],
  ['Ismeretlen felhasználó', 'unknown-recipient'],
];

describe('FBK-1: a reply in another tongue', () => {
  test.each(TEXTS)('%s: %s', (text, replyClass) => {
    expect(classify({ replyCode: '550', text }).class).toBe(replyClass);
  });
});

const SUBJECTS = [
  'Unzustellbar: Mittag',
  'Zustellung fehlgeschlagen',
  'Échec de remise',
  'Message non distribué',
  'No se pudo entregar',
  'Impossibile recapitare',
  'Não foi possível entregar',
  'Недоставленное сообщение',
  'メールを配信できませんでした',
  '系统退信',
  '邮件投递失败',
  '메일을 보내지 못했습니다',
  'Niedostarczone',
  'Onbestelbaar',
  'Kunde inte levereras',
  'Teslim edilemedi',
  'Nedoručitelná zpráva',
];

test.each(SUBJECTS)('FBK-1: a notice called "%s" is a bounce', (subject) => {
  const read = readMessage(
    plain({ from: 'postmaster@relay.example', subject }, 'bob@example.net\n550 5.1.1 xyz'),
  );
  expect(read).toMatchObject({
    kind: 'dsn',
    recipients: [{ recipient: 'bob@example.net', status: '5.1.1', hard: true }],
  });
});
