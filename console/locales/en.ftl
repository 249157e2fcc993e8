# What the console says in English. Sentence case, short, exact; the same word for the same thing everywhere.

## Everywhere
save = Save
cancel = Cancel
close = Close
copy = Copy
edit = Edit
remove = Remove
add = Add
more = Show more
confirm-yes = Yes, do it
undo = Undo
you = you
unknown = not known
never = never
no-figure = –
guide-read = Read the guide
open-demo = Open the demo page
open-source = Open source
times = { $n ->
    [one] once
   *[other] { $n } times
}
days = { $n ->
    [one] 1 day
   *[other] { $n } days
}

## Time
ago-now = now
ago-minutes = { $n } min
ago-hours = { $n } h
ago-days = { $n } d
in-minutes = in { $n } min
in-hours = in { $n } h
in-days = { $n ->
    [one] in 1 day
   *[other] in { $n } days
}
date-day = { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
} { $year }
date-exact = { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
} { $year }, { $hour }:{ $minute }
span-ms = { $n } ms
span-seconds = { $n } s
span-minutes = { $n } min
span-hours = { $n } h
span-days = { $n ->
    [one] 1 day
   *[other] { $n } days
}

## Navigation
nav-label = Main navigation
nav-skip = Skip to the content
nav-open = Open navigation
nav-close = Close navigation
nav-home = Home
nav-inbox = Inbox
nav-knowledge = Knowledge
nav-sources = Sources
nav-gaps = Gaps
nav-search = Search test
nav-bot-settings = Bot
nav-playground = Playground
nav-workspace = Workspace
nav-report = Report
nav-people = People
nav-settings = Settings
nav-inboxes = Inboxes
nav-canned = Canned replies
nav-account = Your account
nav-guide = Guide
nav-logout = Sign out
role-agent = Agent
role-admin = Admin
role-owner = Owner
state-online = Online
state-away = Away
state-offline = Offline
state-go-online = Set to online
state-go-away = Set to away

## Commands and keys
command-open = Go to…
command-title = Go to or do
command-placeholder = Page, conversation or action
command-none = Nothing has that name.
keys-title = Keyboard shortcuts
key-command = Go to a page, do something
key-move = Next and previous conversation
key-open = Open the conversation
key-reply = Write a reply
key-note = Write a note
key-take = Take over
key-transfer = Assign or transfer
key-resolve = Resolve
key-snooze = Snooze and more
key-send = Send
key-slash = Canned replies, in the reply box; otherwise find
key-panel = Show or hide the panel
key-go-inbox = Go to the inbox
key-help = This list
key-escape = Close, or leave the reply box
say-typing = { $name } is typing…
say-writing = { $name } is writing an answer…
say-asking = One moment…
say-sending = Sending…
say-failed = Not sent. Your text is kept; try again.
say-lost = Something changed meanwhile. The page shows the current state.
say-copied = Copied
say-draft = The bot is writing
say-new = New message from { $name }
say-offline = No connection. Trying again; what you write is kept.

## Signing in
f-workspace = Workspace
f-your-name = Your name
f-name = Name
f-person = Name
f-email = E-mail
f-password = Password
f-language = Language
f-theme = Appearance
password-help = At least 10 characters. Three or four words you can remember are best.
setup-title = Set up Warbler
setup-lead = You are the first person here, so you become the owner. It takes a minute.
setup-workspace-help = Your company or product, as your team calls it.
setup-name-help = Visitors see it when you reply.
setup-do = Create the workspace
login-title = Sign in
login-do = Sign in
login-forgot = Forgotten your password? An admin can make you a new link under People.
login-wrong = E-mail and password do not match. Check both, or ask an admin for a new link.
login-slow-down = Too many attempts. Wait a minute, then try again.
invite-join-title = Join the team
invite-join-lead = You are invited to { $workspace }. Your role: { $role }.
invite-join-do = Join
invite-password-title = Choose a new password
invite-password-lead = For { $email }. All other sessions of this account end when you save.
invite-password-do = Save the password

## Faults in forms
fault-required = This is needed.
fault-taken = This name is already used. Choose another one.
fault-starters = At most four questions.
fault-shortcut-space = A shortcut has no spaces.
fault-role-above = You cannot give a role above your own.
fault-one-to-ten = Choose a number from 1 to 10.
fault-zero-to-one = Choose a number from 0 to 1, such as 0.45.
fault-capacity = Choose a number from 0 to 100.
fault-held = { $name } is answering this conversation. Take it over if you want to reply; a note is always possible.
fault-message-long = A message holds at most 16,000 characters. Shorten it or send it in parts.
fault-message-empty = Write something first.
fault-split-size = A passage may be between { $least } and { $most } characters long.
fault-split-size-field = Enter a whole number within the limits, or leave it empty.
fault-split-levels = Levels of headings go from 0 to { $most }.
fault-split-whole = The answers of this source stay whole; they are not split.
fault-choose = Choose one of the list.
fault-audience-differs = “{ $name }” is in this library already, for another audience: { $audience }. Nothing was taken in. Choose the same here, or change it on the page of the source.
fault-audience = Say who may be answered from it: all, verified, with NAME=VALUE (such as with plan=pro), or staff.
fault-reader = Say who asks: all, verified or staff.
fault-attribute = Name what must be known of a visitor, such as plan: at most 100 characters, without =.
fault-nothing-sent = Choose a file, give an address, or paste a text.
fault-long = This is too long. Shorten it.
fault-email = This is not an e-mail address. It needs a name, an @ and a domain.
fault-email-taken = Somebody here already uses this address.
fault-password-short = Use at least 10 characters.
fault-password-wrong = This is not your current password.
fault-address = Only addresses that begin with https:// or http:// can be read.
fault-color = Choose a colour such as #2f5d62.
fault-origin = Write an origin such as https://shop.example, without a path.
fault-last-owner = A workspace needs at least one owner. Make somebody else an owner first.

## Errors
error-sign-in-title = Please sign in again
error-sign-in-text = Your session has ended. What you wrote is kept in this browser.
error-forbidden-title = Not allowed
error-forbidden-text = Your role does not include this page. An admin or owner can help.
error-stale-form-title = This form is too old
error-stale-form-text = Nothing was changed. Go back, load the page again and send it once more.
error-not-found-title = Nothing here
error-not-found-text = This page or item does not exist, or it belongs to another workspace.
error-gone-title = This link no longer works
error-gone-text = It was used already, or its time is over. Ask an admin for a new one.
error-broken-title = That could not be read
error-broken-text = The request was incomplete or damaged. Nothing was changed. Load the page again, and send it once more.
error-too-large-title = Too large
error-too-large-text = That is more than can be taken in at once. Nothing was changed; send it in smaller parts.
error-slow-down-title = A little slower
error-slow-down-text = Too many requests in a short time. Wait a minute, then try again.
error-moved-on-title = The conversation has moved on
error-moved-on-text = Something changed while you were writing. Nothing was lost; look at the current state and try again.
error-taken-title = Somebody was quicker
error-taken-text = { $detail } has taken this conversation. You can still write a note or take it over.
error-held-title = A colleague has this conversation
error-held-text = { $detail } is answering. Take it over if you want to answer yourself.
error-not-open-title = This conversation is not open
error-not-open-text = It is resolved. Reopen it, then do this again.
error-changed-title = Somebody else changed this
error-changed-text = Your change was not saved, so that theirs is not lost. Load the page and try again.
error-unavailable-title = The record cannot be written right now
error-unavailable-text = Nothing was changed. Try again in a moment; if it stays so, tell whoever runs this server.
error-failed-title = That did not work
error-failed-text = The fault is on this server and has been logged. Nothing was changed; try again.

## What was done
flash-saved = Saved.
flash-imported = Taken in: { $taken }. Unchanged: { $unchanged }. Removed: { $removed }.
flash-import-failed = It could not be read: { $reason }
flash-import-partly = Taken in: { $taken }. Not everything could be read: { $first }
flash-import-running = It is being read. The list shows when it is done.
flash-signed-out = You are signed out.
flash-taken = The conversation is yours.
flash-resolved = Resolved.
flash-pending = Waiting for the visitor.
flash-reopened = Open again.
flash-returned = The bot answers again.
flash-snoozed = Snoozed. It comes back by itself.
flash-woken = Open again.
flash-transferred = Transferred.
flash-priority = The priority is saved.
flash-split-saved = Saved. The documents are split anew as soon as a worker is free; this page shows how far it is.
flash-sync-asked = It is read as soon as a worker is free. This page shows how far it is.
flash-source-removed = { $name } and its passages are removed.
flash-source-removed-waits = { $name } is removed. Releases that were frozen with it go on answering from it.
flash-library-removed = The library { $name } is removed.
flash-library-full = The library has sources. Remove them first.
flash-gap-answered = The answer is written. The bot uses it from now on.
flash-gap-closed = The question is dismissed.
flash-bot-saved = Saved. It holds from the next message on.
flash-bot-waits = Saved. Who speaks, the key, the budget and hidden data hold from the next message on, the rest with the next release.
flash-inbox-saved = { $name } is saved.
flash-inbox-made = { $name } is ready. Put its line of code into your website.
flash-person-saved = { $name } is saved.
flash-disable-self = You cannot disable yourself, nor the last owner.
flash-enabled = { $name } can sign in again.
flash-disabled = { $name } can no longer sign in.
flash-team-saved = Team { $name } is saved.
flash-team-name = Give the team a name of at most 60 characters.
flash-team-taken = There is a team { $name } already.
flash-team-made = Team { $name } is ready. Choose its members.
flash-team-removed = The team is removed.
flash-password = The new password is saved. Your other sessions have ended.
flash-canned-saved = /{ $name } is saved.
flash-canned-removed = /{ $name } is removed.
flash-sessions-ended = Your other sessions have ended.

## Home
home-hello = Hello, { $name }
home-conversations = Conversations today
home-answered = Answered by the bot
home-handed-over = Handed over
home-waiting = Waiting now
home-agents = Agents online
home-waiting-title = Waiting for a person
home-waiting-none = Nobody is waiting.
home-links = Good to know
steps-title = First steps
steps-done = { $done } of { $all }
step-is-done = Done
step-try-title = Ask the bot something
step-try-text = The demo page has the chat window and knows the guide already.
step-try-do = Open demo
step-knowledge-title = Add what your company knows
step-knowledge-text = Help pages, questions and answers, Markdown: the bot answers only from what you give it.
step-knowledge-do = Add a source
step-website-title = Put the chat on your website
step-website-text = One line of code. Choose the colour and who may embed it.
step-website-do = Get the code
step-team-title = Invite your team
step-team-text = What the bot should not answer goes to people who are online.
step-team-do = Invite
step-model-title = Connect a language model, if you like
step-model-text = Without one the bot quotes your sources word for word; with one it words the answer.
step-model-do = Connect

## Inbox
view-mine = Mine
view-unassigned = Unassigned
view-open = Open
view-pending = Pending
view-snoozed = Snoozed
view-resolved = Resolved
view-bot = With the bot
view-all = All
visitor-nameless = Visitor { $code }
none-mine = Nothing waits for you. New conversations appear here by themselves.
none-unassigned = The queue is empty.
none-open = Nothing is open.
none-pending = No ticket waits for a visitor.
none-snoozed = Nothing is snoozed.
none-resolved = Nothing has been resolved yet.
none-bot = The bot is talking to nobody.
none-all = There are no conversations yet.
find-label = Find a conversation
find-placeholder = Name, ticket or words
find-none = Nothing found for “{ $q }”.
find-everywhere = Search everything
find-clear = Show all again
inbox-first-title = The first conversation will appear here
inbox-first-text = Open the demo page in another window, write as a visitor would, and ask for a person.
inbox-pick-title = Choose a conversation
inbox-pick-text = Move with j and k, open with Enter. Press ? for all keys.
row-waits = waiting for
row-late = late, waiting for
row-unread = { $n ->
    [one] unread message
   *[other] unread messages
}
by-bot = Bot
by-agent = Team
by-note = Note
by-ai = AI assistant
ticket = Ticket
ticket-number = Ticket { $number }
status-bot = With the bot
status-queue = In the queue
status-open = Open
status-pending = Pending
status-snoozed = Snoozed
status-resolved = Resolved

## Conversation
conversation = Conversation
conversation-with = Conversation with { $name }
conversations-count = { $n ->
    [one] 1 conversation
   *[other] { $n } conversations
}
messages-label = Messages
back-to-list = Back to the list
older = Show older messages
unread-line = New
note-only-team = Only your team sees this
offered = Buttons offered to the visitor
sources-count = { $n ->
    [one] 1 source
   *[other] { $n } sources
}
extract = Quoted from the sources
rated-up = Rated helpful
rated-down = Rated not helpful
read-yes = Read
read-not = Sent
act-take = Take over
act-wake = Wake up
act-resolve = Resolve
act-reopen = Reopen
act-transfer = Transfer
act-more = More actions
act-snooze = Snooze
act-pend = Wait for the visitor
act-return = Give back to the bot
snooze-until = Snooze
snooze-1h = For 1 hour
snooze-4h = For 4 hours
snooze-tomorrow = Until tomorrow, 9:00
snooze-week = For a week
transfer-to = Transfer to
transfer-people = Agents
transfer-teams = Teams
transfer-queue = Queue: whoever is free next
transfer-note = Note for them
transfer-note-help = Optional. Only your team sees it.
team-online = { $n } online
load = { $load } of { $capacity }

## Composer
mode-label = Reply or note
mode-reply = Reply
mode-note = Note
composer-label = Your message
composer-placeholder = Write, or type / for canned replies
send = Send
send-note = Save note
send-resolve = Send and resolve
canned = Canned replies
canned-edit = Edit canned replies
say-others = { $name } is looking at this too
say-takes-over = Your reply takes over from the bot
say-takes-queue = Your reply takes the conversation
say-reopens = Your reply reopens the ticket
say-visitor-away = The visitor has left; they see it when they return

## Panel
panel-label = About this conversation
panel-open = Details
visitor-online = Here now
visitor-seen = Last seen
f-page = Page
f-inbox = Inbox
f-since = Since
f-subject = Subject
f-priority = Priority
f-agent = Agent
f-team = Team
f-reason = Reason
f-routed = Assigned because
f-snoozed = Snoozed until
f-place = Queue
f-opened = Opened
nobody-yet = nobody yet
place = Number { $place }, about { $low }–{ $high } min
place-only = Number { $place }
priority-1 = Urgent
priority-2 = High
priority-3 = Normal
priority-4 = Low
reason-wish = Asked for a person
reason-unanswered = The bot had no answer
reason-model = The model failed
reason-rule = A handover rule
reason-agent = Taken by an agent
packet-title = What the bot knows
packet-wish = What the visitor wants
packet-tried = What the bot tried
outcome-answer = Answered
outcome-clarify = Asked back
outcome-handover = Handed over
outcome-small_talk = Small talk
outcome-cancelled = Stopped: a person took over
outcome-failed = Failed
outcome-unanswered = No answer found
suggestions = From your knowledge
insert = Insert
earlier = Earlier conversations

## Knowledge
f-source = Source
f-source-name = Name of the source
f-files = Files
f-address = Web address
f-library = Library
f-audience = May read it
f-reads = Asked by
f-documents = Documents
f-passages = Passages
f-synced = Taken in
f-kind = Kind
f-title = Title
f-changed = Changed
f-question = Question
f-answer = Answer
f-asked = Asked
f-last = Last
f-actions = Actions
audience-all = Visitors and team
audience-all-help = The bot may quote it to anybody.
audience-verified = Verified visitors
audience-verified-help = Visitors whose identity your own server has signed, and the team.
audience-with = Verified visitors with an attribute
audience-with-help = Those of whom your server says more, such as plan = pro, and the team.
audience-known = Verified visitors with { $name }
audience-is = Verified visitors with { $name } = { $value }
audience-shelf = and within its library: { $audience }
f-attribute = Attribute
attribute-help = Its name as your server signs it. Only for the third choice.
f-attribute-value = Its value
attribute-value-help = Capitals do not matter. Empty: it is enough that the attribute is there.
library-audience-help = Holds for everything in the library, at once and in every release. A source may be for fewer, never for more.
as-who = As whom, and where
as-all = Any visitor
as-verified = A verified visitor
as-staff = The team
as-no-inbox = Anywhere
f-proven = What is verified about them
proven-help = For a verified visitor: name=value, with commas between.
f-libraries = Libraries
inbox-libraries = Knowledge
inbox-libraries-lead = Which libraries visitors of this inbox are answered from. Who may read a library or a source is decided there, and holds here as well.
inbox-libraries-all = All libraries
inbox-libraries-all-help = Those of today and those you add.
inbox-libraries-some = Only these
inbox-libraries-some-help = A library you add later is not used here until you choose it.
flash-inbox-no-libraries = Saved. No library is chosen: the bot finds nothing for visitors of this inbox.
audience-staff = Team only
audience-staff-help = Suggested to agents; never shown to visitors.
audience-help = A change holds at once, in every release too.
source-add = Add a source
source-kind-file = File
source-kind-folder = Folder
source-kind-url = Web page
source-kind-site = Website, all pages
source-kind-sitemap = Sitemap
source-written = Written answers
source-kind-written = Written here
source-kind-guides = Comes with Warbler
source-working = Being read
source-failed = Failed
skip-encrypted = It is protected by a password. Save it without one and try again.
skip-bomb = It unpacks to far more than a document has. It was not opened.
skip-scanned = Its pages are pictures. Run text recognition (OCR) on it first.
skip-damaged = It is damaged, or not what its name says: { $detail }
skip-slow = Reading it took longer than { $seconds } seconds. Divide it.
skip-too_long = It has more than { $limit } pages or cells. Divide it.
skip-hidden = The sheet “{ $sheet }” is hidden and was left out.
skip-heavy = Reading it took more than { $limit } MB of memory. Divide it.
f-way = What to read there
f-schedule = Read again
f-due = Next time
f-owner = Answers for it
f-pages = Pages, at most
f-depth = Links from the first page, at most
way-page = This page
way-site = All pages below this address, from link to link
way-sitemap = The pages a sitemap lists
way-help = A whole site is read by a worker, politely: what its robots.txt forbids is left out.
schedule-off = Only when asked
schedule-hourly = Every hour
schedule-daily = Every day
schedule-weekly = Every week
owner-nobody = Nobody
owner-help = Who is asked when something in it is out of date.
source-asked = It waits for a worker.
source-progress = Being read: { $done } of { $seen } found so far.
source-failure = The last time nothing was taken: { $reason }
source-plan = Plan
look-again = Look again
source-preview = Show how it is split
preview-lead = This is how it would be split into passages. Nothing of it is kept: go back and choose “Read it” to take it in.
preview-note-site = Of a whole site only the first page is shown here.
preview-note-sitemap = A sitemap cannot be shown beforehand: a worker reads the pages it lists.
preview-note-folder = A shared folder cannot be shown beforehand: a worker reads it.
preview-more = { $n ->
    [one] One more document is not shown here.
   *[other] { $n } more documents are not shown here.
}
preview-more-passages = { $n ->
    [one] One more passage is not shown here.
   *[other] { $n } more passages are not shown here.
}
f-split = Split
split-title = How it is split
split-change = Change
split-usual = As everywhere
split-about = About { $n } characters
split-lead-again = Small passages answer more exactly, large ones say more at once. Saving reads the source again and splits all of it anew.
split-lead-kept = Small passages answer more exactly, large ones say more at once. Saving splits anew what was sent; its text is kept for that.
split-lead-articles = Small passages answer more exactly, large ones say more at once. Saving splits the published articles of this collection anew.
split-edited = { $n ->
    [one] One passage was changed or switched off here.
   *[other] { $n } passages were changed or switched off here.
} Where another passage comes in its place, the source’s text counts again, even if it was switched off, and the edit is listed under
split-left = { $n ->
    [one] One document was sent before texts were kept. It is split anew when it is sent again.
   *[other] { $n } documents were sent before texts were kept. They are split anew when they are sent again.
}
split-size = Length of a passage, in characters
split-size-help = At most about this, { $least } to { $most }; empty: { $usual }, as everywhere. A Chinese character counts two and a half. Tables, lists and code are cut only above twice the length.
split-levels = Begin a passage at
split-levels-all = Every heading
split-levels-3 = Headings of three levels
split-levels-2 = Headings of two levels
split-levels-1 = Main headings
split-levels-0 = No heading
split-levels-help = Counted below the title. Short sections under other headings are put together while there is room, and keep their headings.
split-show = Show the result
split-shown = What comes of it
split-sum = { $documents ->
    [one] This document becomes
   *[other] These { $documents } documents become
} { $passages ->
    [one] one passage.
   *[other] { $passages } passages.
}
split-nothing = There is no text of it to show.
split-ask = Choose “Show the result” to see it. Nothing is changed by that.
passage-change = Change the passage
passage-change-lead = The bot answers with your text from now on. It stays through every new reading, as long as the source says the same below it.
passage-change-waits = Visitors are answered with your text from the next release on. It stays through every new reading, as long as the source says the same below it.
passage-before = As the source has it
passage-restore = Take the source’s text again
passage-edited = Changed here
passage-hidden = Switched off
passage-hide = Switch off
passage-show = Switch on
spot-page = Page { $n }
spot-row = { $sheet }, row { $n }
check-title = Check
check-lead = What may be wrong with the knowledge. Only passages of different documents are compared.
check-lost = Changed below your edit
check-lost-before = The source used to say
check-lost-text = You made of it
check-lost-drop = Drop the edit
check-differing = Almost the same, with other numbers
check-alike = Almost the same
check-likeness = Alike
check-none = Nothing.
flash-passage-saved = The passage is changed. The bot knows it from now on.
flash-passage-waits = The passage is changed. Visitors get it with the next release.
flash-edit-dropped = The edit is dropped.
skip-robots = The site’s robots.txt asks not to fetch it.
skip-no_index = The page asks not to be kept (noindex).
skip-elsewhere = It leads out of the site, to { $url }.
skip-copy = It says that it is a copy of { $url }.
skip-crawl_limit = The limit of { $pages } pages was reached here. Raise it to read on.
skip-down = The site failed again and again from here on. What was known of it is kept.
skip-held = { $pages } of { $known } pages were not there, this one first. They are kept until the next reading says the same.
skip-empty = There is nothing in it.
skip-fetch = It could not be fetched: { $detail }
fetch-address = “{ $detail }” is no http or https address.
fetch-port = Port { $detail } is not one of the web.
fetch-private = { $detail } is an address of a private or special network.
fetch-no_host = The host { $detail } cannot be found.
fetch-redirects = It redirects more than { $detail } times.
fetch-status = The server answered { $detail }.
fetch-too_large = It is larger than { $detail } KiB.
fetch-slow = It took longer than { $detail } seconds.
fetch-refused = The server refused the connection.
fetch-certificate = The server’s certificate is not valid.
fetch-connection = The connection failed ({ $detail }).
skip-unreadable = It cannot be opened: { $detail }
skip-not_a_file = Not a file.
skip-link = A link to another file; links are not followed.
skip-too_deep = Nested too deep.
skip-too_many = More than { $limit } at once. Divide it.
skip-duplicate = The id { $id } appears twice; the first is kept.
skip-no_columns = A CSV needs a column for questions and one for answers.
skip-no_text = No text was found in it.
skip-missing = Line { $line }: “{ $field }” is missing.
skip-broken = Line { $line }: { $detail }
skip-not_json = Line { $line } is no JSON object: something is wrong at character { $column }.
skip-encoding = Its characters cannot be read. Save it as UTF-8.
skip-wrong_type = This kind of file is not read: { $found }.
skip-binary = Not a text.
skip-too_large = Larger than { $limit }.
source-skipped = { $n ->
    [one] 1 file skipped
   *[other] { $n } files skipped
}
source-summary = Last time: { $taken } taken in, { $unchanged } unchanged, { $removed } removed.
source-last = Last import
source-sync = Read again
source-remove = Remove
source-remove-title = Remove this source
source-remove-text = The bot forgets { $name } at once: { $passages ->
    [one] 1 passage
   *[other] { $passages } passages
}. Past conversations keep what they quoted.
source-remove-sure = Remove { $name } and all its passages?
source-remove-waits = { $name } is not in the next release any more: { $passages ->
    [one] 1 passage
   *[other] { $passages } passages
}. Releases that were frozen with it go on answering from it. Past conversations keep what they quoted.
remove-now = Take it out of the releases at once, too
remove-now-help = No release answers from it any more, and none can bring it back.
document-remove-title = Remove this document
document-remove-again = A new reading brings it back if its source still has it.
document-remove-sure = Remove { $name } and its passages?
source-new-lead = The bot answers only from sources. Reading the same one again changes only what is different.
source-what = What
source-where = Where to
source-files-help = PDF, Word (DOCX), Excel (XLSX), Markdown, HTML, text, CSV with a question and an answer column, or JSON Lines with id, title and text. Several at once are fine.
source-address-help = One page or file to read instead. It is read from this server, so it must be reachable from there.
source-name-help = Optional, for a web address. Files keep their own names.
f-paste = Or a text
f-paste-title = Its title
paste-help = Markdown or plain text; headings divide it.
source-do = Read it
library-help = Choose one or name a new one.
library-lead = { $n ->
    [0] A library without sources.
    [one] A library with one source. Only an empty library can be removed.
   *[other] A library with { $n } sources. Only an empty library can be removed.
}
library-edit = Edit the library { $name }
library-none = No sources in it.
library-remove = Remove the library
library-remove-text = { $name } disappears from the list. It has no sources.
library-remove-sure = Remove the library { $name }?
libraries-all = All libraries
sources-lead = The bot answers from { $documents ->
    [one] 1 document
   *[other] { $documents } documents
}, cut into { $passages } passages.
sources-none-title = The bot knows nothing yet
sources-none-text = Add help pages, questions and answers or any text. The bot answers only from what is here, and says where it read it.
documents-none = No documents yet.
document-lead = { $n ->
    [one] One passage. The search finds passages, not whole documents.
   *[other] { $n } passages, in order. The search finds passages, not whole documents.
}
passage-text = Text
passage-answer = Answer
passage-variant = Other wording

## Search test
search-do = Search
search-lead = Ask as a visitor would. You see which passages are found, how well they fit, and why the rest is left out.
search-found = { $n ->
    [0] Nothing found
    [one] 1 passage
   *[other] { $n } passages
}
search-none = No passage shares a word with this question. Word it differently, or write the answer.
hit-kept = Used
hit-rejected = Left out
hit-confidence = Confidence
hit-lexical = Words
hit-vector = Meaning
hit-no-vector = off
hit-fused = Together
hit-kind = Kind
hit-why = Why
why-others_better = others fit better
why-unsure = not sure enough
why-answers = answers the question
why-same_question = asks the same

## Gaps
gaps-which = Which gaps
gaps-open = Open
gaps-closed = Closed
gaps-lead = Questions the bot could not answer, the most asked first. Write the answer once; the bot uses it at once.
gaps-waits = Questions the bot could not answer, the most asked first. Write the answer once; visitors get it with the next release.
gaps-none-title = No open questions
gaps-none-text = When the bot cannot answer, the question appears here, so that you can write the answer it lacked.
gap-answer = Write the answer
gap-answered = Answered
gap-close = Dismiss
gap-dismissed = Dismissed
gap-lead = { $n ->
    [one] Asked once:
   *[other] Asked { $n } times, most recently:
}
gap-question-help = As a visitor would ask it. Other wordings are found too.
gap-answer-help = Complete in itself; visitors read it word for word. Markdown is fine.
gap-save = Save the answer
gap-nearest = What is there already
gap-nearest-none = Nothing similar is in the knowledge.
gap-model = The model found no answer in the passages
gap-unhelpful = A visitor said it did not help
gap-unsure = Not sure enough: the best match was { $score } sure
gap-no_passage = Nothing found

## Bot
bot-persona = Persona
bot-persona-lead = How the assistant appears. Visitors are always told that it is an AI assistant.
f-bot-name = Name
bot-name-help = Visitors see it above each answer.
f-greeting-en = Greeting in English
f-greeting-zh = Greeting in Chinese
bot-greeting-help = For inboxes without a greeting of their own. Empty: the usual greeting.
f-guidance = Guidance
guidance-help = What a new colleague should know, in a few sentences. Used only with a language model.
f-tone = Tone
tone-plain = As the sources
tone-friendly = Friendly
tone-formal = Formal
f-length = Length
length-short = One or two sentences
length-normal = What is needed
length-long = Everything the sources say
f-terms = Words
terms-help = One a line: a word, an equals sign, and what is said instead or how it is meant, such as basket = cart. Tone, length and words hold only with a language model.
bot-when = When to answer
bot-when-lead = A passage gets a confidence from 0 to 1. The search test shows it for any question.
f-answer-from = Answer from
answer-from-help = Raise it if answers are wrong; lower it if too much is handed over.
f-model-from = Let the model try from
model-from-help = Only with a language model, which still must support its answer by the sources.
f-max-failed = Hand over after
max-failed-help = Questions in a row without an answer.
f-forbidden = Topics it never answers
forbidden-help = One a line. A message with these words goes to a person.
f-offline = When nobody is online
offline-queue = Put it in the queue
offline-queue-help = The visitor is asked for an e-mail address.
offline-stay = The bot keeps the conversation
offline-stay-help = It says that nobody is there. A wish for a person is still honoured.
bot-rules = Intents and rules
bot-rules-lead = What visitors want and who gets it; what goes to a person, what is never answered. By words, intent, mood, language, page and more.
rule-words = Words
rule-team = Team
rule-priority = Priority
words-help = refund, money back
rule-any-team = Any team
bot-model = Language model
bot-model-lead = Optional. Any service with an OpenAI-compatible interface, or one on your own machine.
model-off = No model is connected. The bot quotes the sources word for word.
model-ok = The model answers. It took
model-set = Connected:
model-failing = The model does not answer; the bot quotes the sources meanwhile.
model-failed-unreachable = Nothing answers at this address. Check the base URL, and that the server runs.
model-failed-refused = The server answered with an error. Check the model’s name and the key.
model-failed-garbage = What the server sent is not the interface of a model. Check the base URL.
model-failed-empty = The model sent an empty answer.
model-failed-too-long = The model sent far too much.
model-failed-slow = The model was silent for too long.
model-config = The server’s configuration names a model; what you fill in here is used instead:
model-test = Test the model
f-model-url = Base URL
model-url-help = For example https://api.example.com/v1. Empty: no model.
f-model-name = Model
f-model-key = Key
model-key-help = Kept on this server, never shown again.
model-key-kept = A key is kept. Leave empty to keep it.
model-key-typed = The key you typed is remembered for 15 minutes. Leave empty to save it.
fault-key-again = The key you typed was for another address, or it is not remembered any more. Type it again, or save once more to go without it.
f-input-price = Price of a million tokens in
f-output-price = Price of a million tokens out
price-help = In the currency of your budget. Empty: it costs nothing.
f-fail-over = Ask the server’s models when this one fails
fail-over-help = They stand in the server’s configuration. Otherwise the bot quotes the sources.
f-redact = Hide personal data from models
redact-help = E-mail addresses, phone, card, account and identity numbers become marks before anything is sent, and are put back in the answer.
models-title = Models, in the order in which they are asked
models-lead = A model that fails again and again is left alone for a while; the next one answers. State and speed are those of this process.
models-for = Asked for
models-first = First word
models-today = Today
models-busy = Running
models-failed = failed
task-answer = answers
task-condense = follow-up questions
task-summary = summaries
task-copilot = help for agents
phase-closed = Working
phase-open = Left alone
phase-half-open = Tried again next
model-failed-limited = The server has too much to do, or your limit there is reached.
model-failed-busy = As many requests run as may run at once.
model-failed-open = It failed too often and is left alone for a while.
tokens = tokens
bot-budget = Budget
bot-budget-lead = At 80 % of a limit only models that cost less than the first are asked. At the limit no model is asked: the bot quotes the sources, and what they do not answer goes to a person. Days and months are UTC.
budget-used = Used
budget-money = Money
budget-day = Today
budget-month = This month
budget-help = Empty: no limit.
f-day-tokens = Tokens a day
f-day-money = Money a day
f-month-tokens = Tokens a month
f-month-money = Money a month
f-visitor-tokens = Tokens a visitor and day
f-visitor-money = Money a visitor and day
f-currency = Currency
currency-help = As pages show it, for example EUR.
fault-number = Write a number, 0 or more.
rule-budget_spent = The budget is spent, the sources are quoted
rule-budget_spent_unsure = The budget is spent, no passage is sure enough
rule-visitor_left = The visitor left before the model had answered

## Playground
playground-do = Ask
playground-lead = Ask the bot without a visitor. Nothing is kept; you see what it would say, and why.
playground-hits = Passages it looked at
verdict-answer = It answers
verdict-extract = It quotes the sources
verdict-clarify = It asks back
verdict-hand_over = It hands over to a person
verdict-small_talk = It says something polite
verdict-clarify-text = Several passages fit, none well enough. The visitor chooses what was meant.
verdict-hand_over-text = A ticket is made and routed at once.
verdict-small_talk-text = A greeting or thanks needs no source.
verdict-answer-text = The answer would come from the passages below.
rule-wish = The visitor asked for a person
rule-nobody_online = Nobody is online
rule-too_many_failed = Too many questions without an answer
rule-no_passage = No passage is sure enough
rule-passages = A passage is sure enough
rule-model_unsupported_unsure = The model’s answer lacked support
rule-model_unsupported = The model’s answer lacked support, the sources are quoted
rule-model_declined = The model found no answer in the passages
rule-model_failed_unsure = The model failed, no passage is sure enough
rule-model_failed = The model failed, the sources are quoted
rule-model = Passages fit, the model words the answer
rule-broken = The search or the model failed
rule-unhelpful = The visitor said it did not help
rule-small_talk = A greeting or thanks
rule-switched_off = The bot is switched off
rule-handover_rule = A handover rule
rule-let_speak = A rule lets the bot answer this itself
rule-never_answer = A rule: not answered here
rule-passages_disagree = The passages contradict one another: asked which is meant
rule-disagree_again = The passages contradict one another, and it was asked before
rule-forbidden_topic = A topic it never answers
verdict-extract-text = The answer would be quoted from the passages below.

## Inboxes
inboxes-lead = An inbox is one place where visitors can write: a website, with its own look and its own line of code.
f-website = Inbox
f-origins = Websites that may embed it
origins-any = Any website
f-conversations = Conversations
inbox-add = New inbox
inbox-name-help = For your team, for example the address of the website.
open-chat = Open the chat page
embed-title = Put it on your website
embed-lead = Paste this line before the end of the page. It loads when the page is idle and shifts nothing.
embed-page = Without a website, send people to
inbox-look = Look
f-color = Colour
contrast-ok = Contrast with its text { $ratio } : 1. Good.
contrast-corrected = Contrast with its text { $ratio } : 1. The chat window uses a darker shade so that text can be read.
f-greeting = Greeting
greeting-help = The first thing a visitor reads. Empty: the bot’s greeting in the visitor’s language.
f-starters = Starter questions
starters-help = One a line, at most four.
inbox-safety = Safety
origins-help = One a line, for example https://shop.example. Empty: any website.
f-challenge = Proof of work by new visitors
challenge-busy = While many new visitors write
challenge-busy-help = Their browsers do a short calculation before the first message, by themselves and without a puzzle, so that a flood of made-up visitors is slow. At other times nobody waits.
challenge-always = Always
challenge-always-help = Every new visitor, usually less than a second. For an inbox that is being flooded.
challenge-off = Never
challenge-off-help = Only the limits on messages protect the inbox.

## People
people-title = People
f-role = Role
f-teams = Teams
f-state = State
f-load = Chats
f-members = Members
f-capacity = Chats at once
capacity-help = New conversations go to others when this is reached.
role-help = Agents answer. Admins also change knowledge, bot and settings. Owners also decide who is an owner.
disabled = Disabled
invite-new = Invite somebody
invite-make = Make a link
invite-help = A link works once and ends after 7 days. Send it yourself; Warbler sends no mail.
invite-link-text = Send this link to the person. It is shown only now.
invite-open = Open invitation: { $role }
invite-ends = ends
teams-title = Teams
teams-none = Without teams, every conversation may go to anybody.
team-new = New team
team-remove = Remove the team
team-remove-text = { $name } disappears; its people and its tickets stay.
team-remove-sure = Remove the team { $name }?
password-forgotten = Password forgotten
password-forgotten-text = A link lets them choose a new one. It works once.
password-link-make = Make a link
password-link-text = Send this link to the person. It is shown only now.
disable-title = Take away access
disable-text = { $name } is signed out everywhere. Open conversations go back to the queue; the past stays.
disable-sure = Take away the access of { $name }?
disable = Disable
enable = Enable again
enable-text = { $name } cannot sign in now.

## Canned replies
canned-lead = Texts you write often. Type / in the reply box, then the shortcut.
canned-none = No canned replies yet.
canned-nameless = there
canned-new = New canned reply
canned-change = Change the canned reply
canned-remove-sure = Remove /{ $name }?
canned-body-help = These are filled in when it is inserted:
f-shortcut = Shortcut
shortcut-help = Letters and digits without spaces.
f-text = Text

## Report
report-span = Period
report-conversations = Conversations
report-answered = Answered by the bot
report-handed-over = Handed over
report-first-reply = First reply
report-csat = Satisfaction
report-daily = Day by day
report-none = No conversations in this time.
report-bot = What the bot did, honestly
report-bot-lead = “Answered” is not the same as “solved”. These are kept apart.
report-confirmed = Confirmed
report-confirmed-help = The visitor said that it helped.
report-assumed = Assumed
report-assumed-help = Answered, then silence. Probably fine.
report-recontacted = Came back
report-recontacted-help = Asked again within a day after an answer.
report-handed-over-help = A person had to answer.
report-reasons = Why it was handed over
report-csat-title = Satisfaction, { $n ->
    [one] 1 rating
   *[other] { $n } ratings
}
csat-5 = 5, very good
csat-4 = 4, good
csat-3 = 3, so-so
csat-2 = 2, poor
csat-1 = 1, bad
csat-of = of 5
report-agents = By agent
report-taken = Taken
report-resolved = Resolved
report-gaps = Asked most, without an answer
chart-text = Bars for { $n } days; the highest is { $peak } conversations.
chart-table = The figures as a table
f-day = Day

## Account
account-you = You
account-password = Password
account-password-do = Change the password
f-current-password = Current password
f-new-password = New password
password-change-help = At least 10 characters. Your other sessions end.
theme-auto = Like the system
theme-light = Light
theme-dark = Dark
theme-contrast = High contrast
sessions-title = Where you are signed in
sessions-end = Sign out everywhere else
session-this = This browser
session-seen = Last seen
session-since = since

## Why this answer
why-title = Why this answer
why-asked = What was asked
why-words-gone = These words were edited or recalled since. They are no longer kept here.
why-query = It leans on what was said before, so the search looked for this:
why-no-release = Knowledge and settings of that moment
release-number = Release { $n }
why-failed = { $n ->
    [one] One answer before it had not helped
   *[other] { $n } answers before it had not helped
}
why-decided = What was decided, and why
why-best = The best passage was { $share } likely to answer it.
why-model-failed = The model gave no usable answer.
why-models = Which models were asked
f-came = What came of it
why-tokens-in = Tokens in
why-tokens-out = Tokens out
why-cost = Cost
asked-ok = It answered.
asked-cancelled = It was stopped.
asked-left = It was stopped: the visitor had left.
why-cached = The answer was remembered from the same question: no model was asked.
why-budget-cheaper = Little was left of the budget: only cheaper models were asked.
why-budget-spent = The budget was spent: no model was asked.
why-redacted = { $n ->
    [one] One value that says who somebody is was hidden from the model.
   *[other] { $n } values that say who somebody is were hidden from the model.
}
why-passages = What was found
f-passage = Passage
why-cited = Cited
why-kept = Used
why-no-search = Nothing was looked up: the words alone decided.
why-times = How long it took
step-burst = Waiting for the end of the message
step-condense = Making it a question of its own
step-search = Search
step-first_word = First word
step-model = Model
step-keep = Writing it down
step-total = Altogether
why-again = The same question today
why-again-do = Ask again
why-again-lead = Asks the bot again with the knowledge and the settings of this moment. Nobody sees it, and nothing is kept.
why-change-same = Nothing would change: the same words, from the same sources.
why-change-words = The bot would do the same in other words.
why-change-outcome = The bot would do something else today.
why-then = Then
why-now = Today
why-difference = Difference
change-same = The same
change-new = New
change-gone = Gone
change-up = Surer
change-down = Less sure

## Releases
nav-releases = Releases
releases-off-title = Every change is live at once
releases-off-text = That is right for most. With tested releases, what visitors are answered with is frozen: a change of the knowledge or of the bot is tried on your test set first, then shown to a part of the visitors, then to all, and can be taken back with one click.
releases-off-cases = { $n ->
    [0] The test set is empty. You can begin with it now or later.
    [one] The test set has one case.
   *[other] The test set has { $n } cases.
}
releases-switch-on = Switch on tested releases
releases-live = What answers visitors
releases-lead = What you change in the knowledge or in the bot's settings waits for the next release. Some things act at once: who speaks, who may see a source, keys, the budget, and what is hidden from models.
release-published = Published
release-staged = Staged
release-candidate = Candidate
release-past = Earlier
release-withdrawn = Taken back
release-everybody = answers everybody
release-share = answers { $n } of 100 visitors
release-back = Roll back
release-back-sure = Take release { $n } back? The release before it answers again at once.
release-back-staged-sure = Take release { $n } from its visitors? The published one answers them again at once.
release-new = Freeze a new release
release-new-text = { $n ->
    [0] Freezes knowledge and settings as they are now. The test set is empty, so nothing will be tested.
    [one] Freezes knowledge and settings as they are now, and tries them on the one case of the test set.
   *[other] Freezes knowledge and settings as they are now, and tries them on the { $n } cases of the test set.
}
f-note-release = What is new
note-release-example = New returns policy
release-freeze = Freeze and test
releases-all = All releases
f-release = Release
f-by = By
f-frozen = Frozen
release-signed = Let through by { $name }: { $reason }
release-running = Testing: { $done } of { $total } done
releases-end-title = Work without tested releases
releases-end-text = Everything that was changed since becomes live at once. Earlier releases cannot come back.
releases-end-sure = Make every change live at once, and give up all releases?
releases-end = Switch off tested releases
release-dropped = Not kept
release-dropped-text = Its passages were given up; it cannot answer again.
diff-title = What differs from release { $n }
diff-what = What
diff-document = Document
diff-passages = { $n ->
    [one] 1 passage
   *[other] { $n } passages
}
diff-added = New
diff-gone = Gone
diff-changed = Changed
diff-open = Show
diff-none = Nothing: knowledge and settings are those of the published release.
diff-more = More documents differ than are listed here.
diff-on = On
diff-off = Off
release-says = What the test set says
release-look-again = Look again
release-run = Run again
release-no-cases = The test set is empty: nothing was tested.
release-passes = It passes { $passed } of { $cases } cases.
release-unrun = { $n ->
    [one] One case was not run yet.
   *[other] { $n } cases were not run yet.
}
release-worse = { $n ->
    [one] On one case it is worse than the published release.
   *[other] On { $n } cases it is worse than the published release.
}
release-not-worse = It is worse than the published release on none.
release-better = { $n ->
    [one] On one it is better.
   *[other] On { $n } it is better.
}
release-refused-worse = { $n ->
    [one] Not released: it is worse on one case. Mend it and freeze again, or say below why it may go out.
   *[other] Not released: it is worse on { $n } cases. Mend it and freeze again, or say below why it may go out.
}
release-refused-untested = Not released: some cases were not run yet. They run now; try again in a moment.
release-decide = Decide
f-sign = Why it may go out although it is worse
sign-help = Your name and your reason stay with the release and in the log.
f-share = Share of visitors
release-stage = Show it to this share
release-publish = Publish to everybody
release-withdraw = Give it up
release-theirs = Published
release-mine = This release
case-passed = Passes
case-failed = Fails
case-unrun = Not run yet
case-worse = Worse
case-better = Better
case-same = The same
flash-releases-on = Tested releases are on. What was live is release { $n }.
flash-releases-off = Tested releases are off. Every change is live at once.
flash-release-frozen = Release { $n } is frozen. Its test set runs.
flash-release-staged = It answers { $n } of 100 visitors now.
flash-release-published = It answers everybody now.
flash-release-withdrawn = The release is given up.
flash-release-runs = The test set runs again.
flash-release-back = Rolled back.

## Test set
nav-cases = Test set
cases-which = Which cases
cases-proposed = Proposed
cases-accepted = In use
cases-declined = Declined
cases-lead-proposed = Proposed from what visitors and agents did. Look at each: say what must come of it, or decline it.
cases-lead-accepted = Questions with what must come of them. A new release must not be worse on any of them.
cases-lead-declined = These are not proposed again.
cases-none-proposed = Nothing waits. A thumb down, an agent's answer and a handover each propose a case.
cases-none-accepted = No cases yet. Write the questions your visitors ask most, below.
cases-none-declined = None.
cases-skipped = These lines were not taken; all others were.
case-history = { $n ->
    [one] After one message
   *[other] After { $n } messages
}
case-target-open = Still to be said
case-title = Case
case-new = Write a case
case-add = Add the case
case-accept = Accept
case-change = Change
case-look = Look at it
case-decline = Decline
case-take-out = Take out
case-question-help = As a visitor asks it.
case-target-help = For a citation: the document's title, address or name in its source. For a fact: the words the answer must hold; several wordings with " | " between.
f-expect = What must come of it
f-target = Document or fact
f-origin = From
expect-cite = The answer cites
expect-fact = The answer says
expect-refuse = No answer
expect-hand_over = A person takes over
origin-written = Written
origin-imported = Imported
origin-thumb = A thumb down
origin-correction = An agent's answer
origin-handover = A handover
said-visitor = Visitor:
said-bot = Bot:
said-agent = Agent:
cases-import = Import
cases-import-do = Import
f-lines = JSON Lines
lines-help = One case a line, with question, expect (cite, fact, refuse or hand_over), target, and if needed locale and history.
flash-cases-imported = { $n } cases were taken.
flash-case-added = The case is in the test set.
flash-case-accepted = The case counts from now on.
flash-case-declined = The case does not count, and is not proposed again.
fault-case-known = There is the same case already, perhaps a declined one.
fault-document = No document has this title, address or name.

## Gaps that mean the same
gap-also = { $n ->
    [one] and one that means the same
   *[other] and { $n } that mean the same
}
gap-also-legend = The same answer for
gap-drafted = Drafted from what an agent answered. Make it complete in itself before you save.

## Copilot
copilot = Copilot
copilot-suggest = Suggest a reply
copilot-shorter = Say it shorter
copilot-friendlier = Say it friendlier
copilot-translate = Translate for the visitor
copilot-quoted = Quoted from your knowledge. Read it before you send it.
copilot-written = Written from your knowledge. Read it before you send it.
copilot-nothing = Your knowledge does not answer this.
copilot-empty = Write something first.
copilot-no-model = The model did not answer. Your words are as they were.
copilot-summary = Summary
copilot-sum-again = Sum up again
copilot-sum-up = Sum up the conversation

## How far the bot can be trusted
bot-waits = Tested releases are on: what you save here is tried with the next release, and visitors see it when that is published.
trust-title = How far it can be trusted
trust-both = With “Answer from” at { $from } it would answer { $answers } of 100 questions, about { $wrongly } of them wrongly.
trust-answers = With “Answer from” at { $from } it would answer { $answers } of 100 questions.
trust-few-judged = { $n ->
    [one] How many wrongly can be said after one more rated answer.
   *[other] How many wrongly can be said after { $n } more rated answers.
}
trust-few = { $n ->
    [one] Too few questions so far: this can be said after one more.
   *[other] Too few questions so far: this can be said after { $n } more.
}
trust-from = From what was asked in the past 90 days: { $questions } questions, { $judged } of the answers judged by visitors. Those who are content rate less often, so the truth is rather better.
trust-try = Enter another confidence below and choose “Try these settings” to see what it would make of this.
dry-run-title = Try the past month
dry-run-lead = Tries the settings above, without saving them, on what visitors asked in the past 30 days: which answers would have been others, and how.
dry-run-do = Try these settings
dry-run-none = Nothing was asked in the past month that these settings could be tried on.
dry-run-changed = { $changed } of { $tried } would have come to something else.
dry-run-answered = Answered: { $then } then, { $now } with these settings.
dry-run-handed-over = Handed over: { $then } then, { $now } with these settings.
dry-run-unknown = { $n } cannot be told: a search or a model would have been asked that was not.
dry-run-now = With these settings
flash-gap-waits = The answer is written. Visitors get it with the next release.
cases-wait = { $n ->
    [one] One proposed case waits.
   *[other] { $n } proposed cases wait.
}

### Intents, rules, moods and languages

nav-rules = Intents and rules
bot-rules-open = Intents and rules
intents-title = What visitors want
intents-lead = An intent has a name and a few sentences as visitors say it. A conversation that is handed over with it goes to its team, with its priority and labels; rules can ask for it.
intent-new = New intent
intent-name = Name
intent-examples = How visitors say it
intent-examples-help = One sentence a line, in every language you are asked in; five or more tell it well. Leave name and sentences empty to remove the intent.
rules-title = Rules
rules-lead = Rules are tried in their order before the bot looks anything up, and again when a model has failed. The first one whose conditions all hold decides. “I want a human” always hands over, and so does a topic that is never answered.
rule-new = New rule
rule-name = Name
rule-order = Place
rule-when = When all of this holds
rule-when-help = What is left empty holds always. A rule without any condition is removed.
rule-intent = Intent
rule-any = Whatever
rule-mood = Mood of the message
mood-negative = Upset
mood-positive = Pleased
rule-failed = Questions without an answer
rule-failed-n = { $n } or more in a row
rule-trouble = Trouble
rule-trouble-yes = Model, tool or search failed
rule-page = The page’s address holds
rule-attribute = Verified about the visitor
rule-value = is
rule-then = Then
then-hand_over = Hand over to a person
then-refuse = Do not answer; offer a person
then-answer = Answer as usual; skip the rules below
then-speak = Answer itself, also while it drafts or is silent
f-labels = Labels
labels-help = billing, VIP
flash-rules-saved = Intents and rules are saved.
triage-title = Suggested
triage-intent = This seems to be about
triage-upset = The visitor seems to be upset.
triage-apply = Apply
flash-triage = The ticket is as suggested.
flash-labels = The labels are saved.
why-rule-named = Your rule:
why-intent = Intent
why-mood = Mood
why-language = Language
why-alternatives = Asked which is meant:
lang-en = English
lang-zh = 中文
lang-ar = العربية
lang-cs = Čeština
lang-de = Deutsch
lang-el = Ελληνικά
lang-es = Español
lang-fr = Français
lang-he = עברית
lang-hi = हिन्दी
lang-id = Bahasa Indonesia
lang-it = Italiano
lang-ja = 日本語
lang-ko = 한국어
lang-nl = Nederlands
lang-pl = Polski
lang-pt = Português
lang-ro = Română
lang-ru = Русский
lang-sv = Svenska
lang-th = ไทย
lang-tr = Türkçe
lang-vi = Tiếng Việt
## What the bot may do
nav-tools = Tools
nav-approvals = Approvals
tools-lead = What the bot may do beside answering: look something up, change something. Each tool is a request to one of your servers; you decide for whom it is made and who must agree.
tools-no-model = No model is connected, so nothing calls these tools yet.
tools-none = There are no tools yet.
tool-new = New tool
tool-on = On
tool-off = Off
tool-switch-on = Switch on
tool-switch-off = Switch off
tool-is-off = This tool is switched off: the bot does not know of it.
tool-what = What it is
tool-request = The request
tool-gate = For whom, and who must agree
tool-reply = The reply
f-tool = Tool
f-tool-title = Title
tool-title-help = Visitors and colleagues read it: “Cancel an order”.
f-tool-name = Name for the model
tool-name-help = Small letters, digits, underscores: cancel_order
f-tool-description = What it does
tool-description-help = Told to the model: what the tool does and when it helps. It is no rule: what may be done is decided below.
f-method = Method
method-help = Only GET is taken to change nothing. Every other call has an Idempotency-Key and is never made twice for one question.
f-tool-address = Address
tool-address-help = With parameters in braces, in path and query: https://shop.example/api/orders/{"{"}order{"}"}. The others go into the query of a GET or DELETE, into a JSON body otherwise.
f-headers = Headers
headers-help = One a line, Name: value. Values are secret and not shown again; leave one empty to keep it. They go to this server and to no other.
f-parameters = Parameters
parameters-help = JSON Schema: type, properties, required, enum, pattern, lengths and limits. Each call is checked against it before it is made.
f-identity = From the visitor’s identity
identity-help = One a line, parameter = claim. These values come from the signed identity; the model neither sees nor sets them.
f-who = For whom
who-verified = Verified visitors
who-verified-help = Your server has signed who they are (see the settings of the inbox).
who-anybody = Anybody
who-anybody-help = Everybody who writes can have it called, with any values. Only for what is public anyway.
f-consent = Who must agree
consent-nobody = Nobody
consent-nobody-help = The call is made at once.
consent-visitor = The visitor
consent-visitor-help = They read what will be done, with which values, and press a button.
consent-code = The visitor, by a one-time code
consent-code-help = Your system sends six digits to the customer, by SMS or e-mail; they type them into the chat. Each code is good for this one call.
consent-agent = An agent
consent-agent-help = The bot says so and waits. An agent decides under Approvals or in the conversation.
f-code-address = Code address
code-address-help = Only for one-time codes: each code is sent there, signed, for your system to bring it to the customer. It begins with https://.
tool-code = One-time codes
tool-code-lead = Warbler sends no SMS and no e-mail itself: it posts the code and the customer’s id to the code address.
tool-code-once = This is the secret that signs what is sent, shown this once. Check the signature on your server with it.
tool-code-unsigned = No secret was made yet. Until then no code is sent, and the calls that need one are handed over.
tool-code-make = Make the secret
tool-code-again = Make a new secret
f-code-subject = Customer’s id for a try
code-subject-help = A customer your system can reach: yourself, for example.
tool-code-test = Send a test code
tool-code-sent = The code address answered { $status }. The test code is { $code }; it opens nothing.
f-wait-min = Minutes an agent may take
wait-min-help = Then the conversation is handed over.
f-seconds = Seconds it may take
f-kib = KiB its reply may have
f-fields = What the model may see
fields-help = JSON pointers, one a line, such as /order/status. Empty: all of the reply.
f-on-error = When it fails
on-error-hand_over = People take over
on-error-tell = The model is told, and goes on
tool-try = Try it
tool-try-lead = Makes the request now, for real, with these arguments; those of the identity must be written too.
f-arguments = Arguments
tool-try-do = Call it
tool-tried = Answered { $status } after { $ms } ms.
tool-shown = This is what the model would see:
tool-past = Last calls
tool-past-none = It was not called yet.
f-took = Took
f-when = When
tool-remove = Remove this tool
tool-remove-sure = Remove { $name }? What was done with it stays in the conversations.
flash-tool-saved = { $name } is saved.
flash-tool-on = The tool is switched on.
flash-tool-off = The tool is switched off.
flash-tool-removed = The tool is removed.
fault-json-broken = This is not JSON: something is wrong in line { $line }, at character { $column }.
fault-json-ends = The JSON ends too early, in line { $line } after character { $column }: a bracket or quotation mark is not closed.
fault-json-missing = “{ $name }” is missing (line { $line }).
fault-json-unknown = “{ $name }” is not known here (line { $line }, character { $column }).
fault-json-choice = “{ $name }” is none of the possible values (line { $line }, character { $column }).
fault-json-kind = The value in line { $line }, before character { $column }, is of another kind than is wanted there.
approvals-lead = The bot wants to do these things and waits for somebody’s word. The visitor has been told so.
approvals-none = Nothing waits for you.
call-for = For
call-until = Decide by
call-approve = Agree
call-deny = Do not agree
flash-call-approved = Agreed. The bot goes on.
flash-call-denied = Not agreed. The bot tells the visitor.
flash-call-late = This was decided already, or a person has the conversation now. Nothing was done.
call-visitor = Waits for the visitor
call-agent = Waits for an agent
call-code = Waits for the visitor’s code
call-void = The code was wrong too often
call-code_wrong = A wrong code was written
call-code_unsent = Not made: the code could not be sent
call-approved = Agreed
call-denied = Not agreed
call-expired = Nobody decided in time
call-running = Broken off: unknown what was done
call-unknown = Broken off: unknown what was done
call-done = Done
call-reused = Done by an earlier attempt
call-failed = Failed
call-invalid = Not made: wrong arguments
call-refused = Not made: not allowed
why-tools = What it did
outcome-tool = Waited for somebody’s word
rule-tool_confirm = The visitor must agree to a tool
rule-tool_approval = An agent must agree to a tool
rule-tool_code = A tool needs a one-time code of the visitor
rule-tool_code_wrong = The visitor wrote a wrong code
rule-tool_code_void = The code was wrong too often
rule-tool_code_expired = The code came too late
rule-tool_code_unsent = The code could not be sent
rule-tool_declined = An agent did not agree
rule-tool_cancelled = The visitor did not agree
rule-tool_acted = A tool has done it; the model could not say more
rule-tool_failed = A tool failed
rule-tool_unknown = A tool was broken off, and nobody knows what was done
rule-tool_expired = No agent decided in time
inbox-identity = Who visitors are
inbox-identity-lead = When your website has signed-in customers, your server can sign who they are. Tools for verified visitors need this.
inbox-identity-on = Identities signed with this inbox’s key are believed.
inbox-identity-off = No identity is believed: all visitors are unknown.
inbox-identity-once = This is the key, shown this once. Keep it on your server, never in a page.
inbox-identity-make = Make a key
inbox-identity-again = Make a new key
inbox-identity-forget = Believe nobody

f-mode = What the bot does
bot-mode-live = It answers visitors
bot-mode-live-help = And hands over what it should not answer.
bot-mode-draft = It drafts, people send
bot-mode-draft-help = Every conversation goes to people. What the bot would answer stands there as a draft for them to send, change or discard. Visitors see that they wait for a person.
bot-mode-shadow = It answers silently beside people
bot-mode-shadow-help = Every conversation goes to people. What the bot would have answered is compared with what they wrote: see the report. Nobody sees it. Models cost as usual.
bot-mode-off = Off
bot-mode-off-help = Every message goes to people.
draft-label = Draft, only the team sees it
draft-send = Send as it is
draft-edit = Change it
draft-discard = Discard
flash-draft-sent = The draft is sent.
flash-draft-discarded = The draft is put away.
flash-draft-late = This draft cannot be sent any more: somebody has answered, or the visitor has written more.
report-agreement = What the bot would have answered
report-agreement-lead = While people answer, in draft or shadow mode. By the document the bot’s answer rests on; likeness is that of the words, so the same in quite other words counts as less.
f-topic = Topic
report-asked-people = Answered by people
report-would-answer = The bot would have answered
report-same = The same
report-alike = Likeness
report-no-topic = Without a source
source-kind-shared = Shared folder
f-folder = Folder on the server
folder-help = A folder of those the operator shares ({ $folders }), or one below it: a checkout of a Git repository, for example. The same folder again changes its patterns.
f-patterns = Which files
patterns-help = One pattern a line, such as docs/**/*.md; with ! in front: not these. Empty: every file that can be read.

### Agreement by intent

agreement-title = Agreement by intent
agreement-lead = While people answer, in draft or shadow mode, the bot thinks about the same questions. Here is how often it would have said what people said, for each thing visitors want.
agreement-how = An answer counts as the same when the words that carry meaning are mostly the same, or when somebody has read both and says so. The range holds the true share in 95 of 100 cases (Wilson); the bot may answer itself when even its lower end is 80 %.
agreement-mode-live = The bot answers visitors itself now, so nothing new is compared.
agreement-mode-off = The bot is switched off, so nothing new is compared.
agreement-no-intents = There are no intents yet: everything counts as one. Say what visitors want, and each is compared by itself, also what was answered before.
agreement-other = anything else
agreement-of = { $answered ->
    [one] Of one answer about { $about } people said the same in { $same }.
   *[other] Of { $answered } answers about { $about } people said the same in { $same }.
}
agreement-ready = The bot may answer these itself: of all such answers { $low } to { $high } would be the same.
agreement-early = That is too little to say: of all such answers { $low } to { $high } would be the same.
agreement-more = { $n ->
    [one] About one more answer like these would tell.
   *[other] About { $n } more answers like these would tell.
}
agreement-apart = Better leave these to people, and read where they differ: of all such answers { $low } to { $high } would be the same.
agreement-silent = { $n ->
    [one] People answered one question; the bot would not have answered it.
   *[other] People answered { $n } questions; the bot would have answered none of them.
}
agreement-none = Nobody has asked for this in this time.
agreement-read = { $n ->
    [one] Read one difference
   *[other] Read { $n } differences
}
agreement-let = Let the bot answer these
agreement-take = Give back to people
agreement-is-let = The bot answers
agreement-reading = Where they differ: { $about }
agreement-more-apart = Only the newest are shown.
agreement-no-apart = They differ nowhere in this time.
standing-ready = Good enough
standing-early = Too early
standing-apart = Too different
apart-bot = The bot would have said
apart-people = People said
apart-unanswered = Not answered by the bot
apart-unanswered-help = The bot would not have answered. Write what people said as knowledge, if it holds for others too.
apart-judged = Really different
apart-judged-help = Somebody has read both and found them different.
apart-asked_back = Asked back
apart-asked_back-help = The person asked something back first; the bot would have answered at once.
apart-figures = Other figures
apart-figures-help = The bot names { $bot }, people name { $people }. One of the two may be out of date.
apart-brief = Said little
apart-brief-help = The person answered in a few words, which says little about the bot’s answer.
apart-words = Other words
apart-words-help = { $share } of the words that carry meaning are the same. The meaning may still be.
apart-same = The same after all
apart-other = Really different
flash-let-speak = The bot answers “{ $intent }” itself from its next question on. It is a rule, the last of all.
flash-let-speak-waits = The bot answers “{ $intent }” itself from the next release on. It is a rule, the last of all.
flash-silenced = People answer “{ $intent }” again.
flash-silenced-waits = People answer “{ $intent }” again from the next release on.
flash-rules-full = There are too many rules already. Remove one first.
flash-judged-same = Counted as the same.
flash-judged-other = Counted as different.

### Learning intents from tickets

learn-title = Learn from tickets
learn-lead = When somebody gives a ticket to a team or labels it, they say what the visitor wanted. Here is what visitors said in such tickets of the past 90 days that the bot does not tell rightly yet. Nothing is learnt before you accept it.
learn-none-title = Nothing to learn yet
learn-none-text = Nobody has given a ticket to a team or labelled it in the past 90 days.
learn-no-intents = There are no intents yet. Write the first ones, with a team or a label each; then tickets that people route can teach them.
learn-tickets = { $tickets ->
    [one] People routed or labelled one ticket; of these the bot tells { $known } rightly today.
   *[other] People routed or labelled { $tickets } tickets; of these the bot tells { $known } rightly today.
}
learn-unclear = { $n ->
    [one] In one, team and labels belong to no intent, or to several.
   *[other] In { $n }, team and labels belong to no intent, or to several.
}
learn-nothing-new = There is nothing new to learn.
learn-said = What the visitor said
learn-who = Who decided
learn-told = Today taken for { $intent }
learn-told-none = Not told today
learn-ticket = Ticket { $n }
learn-by-team = { $agent } gave it to { $named }
learn-by-labels = { $agent } labelled it { $named }
learn-refuse = Refuse
learn-measure-title = What it would do
learn-measure-lead = Choose sentences, and see how other tickets that people routed would be told with them, before anything is learnt.
learn-measure = Measure the chosen
learn-measured = { $tickets ->
    [one] Of one other ticket { $before } is told rightly today, and { $after } with { $examples ->
        [one] this sentence
       *[other] these { $examples } sentences
    }.
   *[other] Of { $tickets } other tickets { $before } are told rightly today, and { $after } with { $examples ->
        [one] this sentence
       *[other] these { $examples } sentences
    }.
}
learn-measured-wrong = Taken for something else: { $before } today, then { $after }.
learn-measured-worse = That is worse than today.
learn-measured-little = So few tickets say little.
learn-measured-nothing = There are no other tickets to measure on. Accept only what you would have written yourself.
learn-lost = Not told rightly any more
learn-now = Then taken for
learn-now-none = nothing
learn-accept = { $n ->
    [one] Accept this sentence
   *[other] Accept these { $n } sentences
}
fault-choose-one = Choose at least one sentence.
fault-measure-first = Something was chosen or changed that is not in the figures. They are new now: look at them, then accept.
flash-learnt = Learnt. The sentences stand with their intents now.
flash-example-refused = Refused. It does not come again.

### Models

nav-models = Models
models-page-lead = Which model does what, in the order in which they are asked, and how each is doing in this process. Without any model the bot quotes its sources and searches by words.
models-where = Set where
models-here = Workspace → Bot
models-config = Server’s configuration,
models-try = Try it
models-judges = Judges { $n } passages at most
task-answer-title = Answers
task-answer-lead = Words the answer from the passages.
task-answer-none = No model: the bot quotes the sources.
task-condense-title = Follow-up questions
task-condense-lead = Makes a full question of one that leans on what was said before.
task-condense-none = No model: the message is searched as it was written.
task-summary-title = Summaries
task-summary-lead = Sums up a conversation that goes to a person.
task-summary-none = No model: the visitor’s own words are listed.
task-copilot-title = Help for agents
task-copilot-lead = Says a reply shorter, friendlier or in another language.
task-copilot-none = No model: agents get replies from the sources alone.
task-classify-title = Telling intents, moods and languages
task-classify-lead = Told in this process, by example sentences and word lists; no model is asked.
task-meaning = meaning
task-meaning-title = Meaning in search (embeddings)
task-meaning-lead = Finds what is meant in other words. Another model needs new vectors for all passages: the index is built anew when the server starts with it.
task-rerank = second opinion
task-rerank-title = Second opinion on the order (rerank)
task-rerank-lead = Puts what was found in a better order. When it fails or is slow, the order stays as it is.
meaning-none = No model of meaning: the search is by words alone.
opinion-none = No rerank endpoint: the order is that of words and meaning.
tried-ms = It answered in
tried-size = A vector has { $n } numbers.
tried-nothing = It gave no answer. Check address, name and key; the server’s log says more.
tried-end = .
meaning-local = run by this server itself
meaning-all = { $n ->
    [one] One passage in the index, none waits for a vector
   *[other] { $n } passages in the index, none waits for a vector
}
meaning-waiting = { $n } of { $all } passages wait for a vector

## Faults that other rooms find: what was written cannot be kept
fault-question-empty = The question has no words. Write what people ask.
fault-question-long = A question has at most { $n } characters.
fault-answer-empty = The answer is empty. Write what they should be told.
fault-answer-long = An answer has at most { $n } characters.
fault-gap-answered = Somebody has answered this question meanwhile. Copy your text if you want to keep it, and look at their answer under “Closed”.
fault-case-document = Say which document the answer must cite.
fault-case-fact = Say what the answer must say.
fault-cases-most = The test set has { $n } cases. Take some out first.
fault-case-unknown = No document is called “{ $name }”.
fault-folder = There is no such folder among those the operator shares (knowledge.folders in warbler.toml).
fault-patterns = At most { $n } patterns of { $length } characters each.
fault-passage-empty = The text is empty. Switch the passage off instead.
fault-passage-long = The text is too long for a passage. Put it into a source of its own.
fault-source-sent = This source was sent, not read from a place. Send it again.
fault-library-full = The library has sources. Remove them first.
fault-release-share = Choose a share from 1 to 99 per cent.
fault-release-staged = Release { $n } is staged already. Publish it or take it back first.
fault-release-first = There is no earlier release to go back to.
fault-release-candidate = Only a candidate can be given up.
fault-release-decided = This release has been decided on already. Freeze a new one.
fault-bot-name = The bot needs a name of at most 60 characters.
fault-bot-failed = After 1 to 10 failed answers the bot must hand over.
fault-bot-guidance = The guidance has at most 4,000 characters.
fault-model-url = The address of the model begins with http:// or https://, such as https://api.openai.com/v1.
fault-model-name = The model needs a name.
fault-model-price = A price is money for a million tokens, 0 or more.
fault-terms = At most 100 words, each with at most 200 characters about it.
fault-budget = A budget is a number from 0 to 1,000,000,000.
fault-currency = A currency has at most 8 characters.
fault-labels = At most { $n } labels of 40 characters each.
fault-intent-name = Each intent needs a name of at most 60 characters.
fault-intent-examples = The intent “{ $name }” needs 1 to { $n } example sentences of at most { $length } characters.
fault-intent-priority = The priority of the intent “{ $name }” is a number from 1 (urgent) to 4 (low).
fault-intents-most = At most { $n } intents and { $n } rules.
fault-intent-twice = Two intents are called “{ $name }”.
fault-rule-empty = The rule “{ $name }” needs at least one word or one condition.
fault-rule-priority = The priority of the rule “{ $name }” is a number from 1 (urgent) to 4 (low).
fault-rule-failed = The rule “{ $name }” can ask for at most 10 failed answers.
fault-rule-intent = The rule “{ $name }” asks for the intent “{ $intent }”, which does not exist.
fault-tools-most = At most { $n } tools: each is told to the model with every question.
fault-tool-name = The name for the model has 1 to 64 small letters, digits and underscores, such as order_status.
fault-tool-title = The tool needs a title of at most 80 characters.
fault-tool-description = Tell the model in at most 1,000 characters what the tool does and when it helps.
fault-tool-limits = A tool takes 1 to { $seconds } seconds, and its reply has at most { $kib } KiB.
fault-tool-wait = An agent may take 1 to { $n } minutes to agree.
fault-tool-identity = “{ $name }” comes from the identity, but is not among the parameters.
fault-tool-identity-verified = A tool with parameters from the identity is for verified visitors only.
fault-tool-code-verified = A one-time code goes to somebody who is known: such a tool is for verified visitors only.
fault-tool-pointer = “{ $name }” is no JSON pointer. It begins with a slash, such as /order/status.
fault-tool-taken = Another tool has this name already.
fault-headers-most = A tool has at most { $n } headers.
fault-header-name = “{ $name }” cannot be set as a header.
fault-header-empty = The header { $name } needs its value: it is not carried over to another server.
fault-header-value = The value of the header { $name } has characters that no header may have.
fault-code-none = The tool has no code address.
fault-code-nobody = Name a customer whom your system can reach.
fault-code-address = The code address begins with https:// and names a host.
fault-code-address-secret = The code address has no user name, no password and nothing behind a #: what is sent is signed.
fault-address-brace = The address has a brace that is not closed.
fault-address-parameter = The address names “{ $name }”, which is not among the parameters.
fault-address-host = Parameters may stand in the path or the query of an address, not in its host.
fault-address-none = The address begins with http:// or https:// and names a host.
fault-address-secret = The address has no user name, no password and nothing behind a #: secrets belong into headers.
fault-schema-type = The parameters are a JSON Schema of type object, with “properties”.
fault-schema-name = The parameter “{ $name }” must be made of letters, digits and underscores.
fault-schema-object = The schema of { $at } is no object.
fault-schema-deep = The schema of { $at } lies too deep.
fault-schema-word = The schema of { $at } has “{ $word }”, which is not checked here. Leave it out.
fault-schema-needs-type = The schema of { $at } needs a type: { $types }.
fault-schema-use = “{ $word }” in the schema of { $at } cannot be used as it is.
fault-schema-number = “{ $word }” in the schema of { $at } must be a number.
fault-schema-pattern = The pattern of { $at } is no regular expression.
error-refused-title = That cannot be done
error-refused-text = { $detail } Nothing was changed.

source-kind-api = Sent by a program
nav-tokens = API tokens
tokens-lead = With a token, a program of yours can write knowledge and search it: documents, questions and answers. A token opens this workspace and nothing else.
tokens-none = No program has a token yet.
tokens-docs = How programs use it
tokens-description = Its description (OpenAPI)
tokens-new = New token
tokens-make = Make token
tokens-made = This is the token. Copy it now: it is shown this once and can never be read again.
token-name-help = What the program is called, such as “Product database”.
token-by = Made by
token-used = Used
token-unused = Not used yet
token-revoke = Revoke
token-revoke-sure = Revoke the token “{ $name }”? Programs that use it are refused from then on.
f-rights = May
rights-read = Read
rights-read-help = List and search.
rights-write = Read and write
rights-write-help = Also send and remove documents and answers.
flash-token-revoked = The token “{ $name }” is revoked. Programs that use it are refused from now on.
fault-tokens-many = There are a hundred tokens already. Revoke one that is not used.
fault-source-not-sent = This source is read from elsewhere. Documents can only be sent to a source that was made for it, and only there and among written answers can one be removed by itself.
fault-sent-name-empty = The name is empty.
fault-sent-name-long = A name has at most { $n } characters.
fault-sent-title-long = A title has at most { $n } characters.
fault-sent-language = The language is a code such as en or zh.
fault-sent-url = The link begins with https:// or http:// and has at most 2,000 bytes.
fault-sent-question = A question has from 1 to { $n } characters.
## A message that was sent already
message-edited = Edited
message-recalled = This message was recalled.
message-change = Edit or recall
message-wording = What it says
message-edit = Save
message-recall = Recall
message-recall-help = It disappears for everybody. Admins can still read what it said.
flash-edited = The message is changed.
flash-recalled = The message is recalled.
flash-change-late = This message can no longer be changed.
wordings-title = What it said before
wordings-lead = Only admins see this page.
wordings-now = What it says now
wordings-by = Changed by { $name }
wordings-by-visitor = Changed by the visitor
inbox-change = Editing and recalling
f-agent-min = Agents, for how many minutes
agent-min-help = How long agents can edit or recall what they wrote. 0 switches it off. A message of the bot can always be recalled.
f-visitor-min = Visitors, for how many minutes
visitor-min-help = How long visitors can edit or recall what they wrote. 0 switches it off.
fault-change-min = Give whole minutes, from 0 to 10080 (a week).
## What the bot thought beside people
beside-title = Beside people
beside-lead = What the bot would have said while people answered, in draft and shadow mode, next to what they said. No visitor has read it.
beside-which = Which questions
beside-all = All
beside-same = The same
beside-apart = Different
beside-open = Not answered yet
beside-is-same = The same
beside-is-apart = Different
beside-is-unanswered = The bot would not have answered
beside-is-open = Nobody has answered yet
beside-mode-draft = Draft
beside-mode-shadow = Shadow
beside-score = In the last { $days } days people answered { $questions ->
    [one] 1 question
   *[other] { $questions } questions
}. The bot would have answered { $answered } of them, and { $same } with the same answer.
beside-by-intent = By intent
beside-likeness = { $share } of the words alike
beside-judged = Somebody has read both
beside-nothing = It would have said nothing.
beside-nobody = No answer of a person yet.
beside-none = There is nothing here. The bot thinks beside people in draft and shadow mode.
beside-why = The bot thought this beside people: the visitor has not read it.
beside-in = { $n ->
    [one] The bot thought about 1 question here
   *[other] The bot thought about { $n } questions here
}
fault-name = The name is empty. Give one.
fault-until = Choose a time in the future, within a year.
fault-shortcut = The shortcut is one word of at most { $n } characters, such as “refund”.
fault-reply = The reply needs a text of at most { $n } characters.
fault-subject = The subject is empty. Say in a line what it is about.
fault-span = Choose a time of at most { $n } days that ends after it begins.
fault-team-name = A team needs a name of at most { $n } characters.
fault-no-model = No model is configured.
fault-rewrite = The reply is as it was: { $why ->
    [unreachable] the model cannot be reached
    [refused] the model answered with an error
    [limited] the model’s server has too much to do
    [empty] the model sent an empty answer
    [too_long] the model sent too much
    [slow] the model was silent for too long
    [busy] as many requests run as may run at once
    [open] the model failed too often and is left alone for a while
   *[other] what the model sent is no answer
}.

## What was wrong with a call of a tool
problem-broken-off = It was broken off.
problem-status = The server answered { $n }.
problem-no-json = The reply is no JSON.
problem-header = A header of the tool cannot be sent.
problem-not-agreed = It was not agreed to.
problem-no-more = No more calls are made for this question.
problem-no-tool = There is no such tool.
problem-again = This was called for the same question before, and is not called again.
problem-not-noted = The call could not be noted, and was not made.
problem-codes = The visitor was sent too many codes within an hour.
problem-no-secret = The tool has no secret that signs codes. Make one on its page.
problem-address = “{ $at }” has a value that cannot stand in an address.
problem-long = The arguments are too long.
problem-object = The arguments are no JSON object.
problem-missing = “{ $at }” is missing.
problem-type = { $at ->
    [arguments] The arguments
   *[other] “{ $at }”
} must be of type { $of }.
problem-one-of = “{ $at }” must be one of { $of }.
problem-value = “{ $at }” has a value that is not allowed.
problem-small = “{ $at }” is too small.
problem-large = “{ $at }” is too large.
problem-items = “{ $at }” has too few or too many items.
problem-length = “{ $at }” is too short or too long.
problem-look = “{ $at }” does not look as it must.
problem-unchecked = “{ $at }” cannot be checked.
problem-unknown = { $at ->
    [arguments] The arguments
   *[other] “{ $at }”
} cannot have “{ $of }”.
problem-needs = { $at ->
    [arguments] The arguments
   *[other] “{ $at }”
} must have “{ $of }”.
problem-net-address = “{ $of }” is no http or https address.
problem-net-port = Port { $of } is not one of the web.
problem-net-private = { $of } is an address of a private or special network.
problem-net-host = The host { $of } cannot be found.
problem-net-redirects = The server redirects more than { $of } times.
problem-net-large = The reply is larger than { $of } KiB.
problem-net-slow = The server took longer than { $of } s.
problem-net-connection = The connection failed: { $of }.

### Articles of the help center
nav-articles = Articles
locale-en = English
locale-zh = 中文
f-author = Author
f-summary = Summary
f-collection = Collection
source-kind-articles = Help-center articles
articles-which = Which articles
articles-live = Articles
articles-removed = Removed
articles-lead = What is published for everybody can be read in the help center, and the bot answers from it at once.
articles-center = Help center of { $name }
articles-none-title = No articles yet
articles-none-text = Articles are pages of your help center. The bot answers from what is published. They stand in collections, such as “Delivery” or “Your account”: begin with one.
articles-none-admin = An admin makes the first collection.
articles-removed-lead = What was removed is read by nobody. It can be brought back as it was.
articles-removed-none = Nothing was removed.
article-new = New article
article-edit = Edit the article
article-open = Open the page
article-state-none = not written
article-state-draft = draft
article-state-published = published
article-summary-help = A sentence or two for lists and search engines.
article-body-help = Markdown: ## makes a heading, - a list, [words](https://…) a link. Sentences that stand on their own are found best.
article-preview = Preview
article-publish = Publish
article-publish-help = Once published, it is for: { $audience }. The collection decides that.
article-save-draft = Save draft
article-save-live = Save for readers
article-withdraw = Withdraw from readers
article-other-languages = Other languages are added when the first one is saved.
article-overtaken = { $name } saved this text while you were writing. Yours is below and is not saved yet; saving it replaces theirs.
article-theirs = What they saved
article-place = Where it stands
article-place-help = In another collection it is for that one’s readers at once, in every release too.
article-put = Move
article-remove = Remove the article
article-remove-text = Nobody reads { $name } any more, in any language, and the bot forgets it. It can be brought back.
article-removed = This article was removed.
article-restore = Bring back
order-up = Move { $name } up
order-down = Move { $name } down
collection-new = New collection
collection-none = No articles in it.
collection-lead = A shelf of articles. A name in one language is enough; readers of another see that one.
collection-name-en = Name in English
collection-name-zh = Name in Chinese
collection-about-en = What it is about, in English
collection-about-zh = What it is about, in Chinese
collection-about-help = One sentence; it may be empty.
collection-library-help = An inbox can be limited to libraries; its help center shows their collections alone.
collection-audience-help = Only what everybody may read is in the public help center. A change holds at once, in every release too.
collection-remove = Remove the collection
collection-remove-text = { $name } disappears from the list, and what was removed from it is gone for good.
collection-remove-sure = Remove the collection { $name }?
document-article = This document is an article of the help center.
source-articles = This source is a collection of the help center. It is removed under
gap-article = Write an article instead
flash-article-saved = { $name } is saved.
flash-article-published = { $name } is published.
flash-article-withdrawn = { $name } is a draft again.
flash-article-draft = { $name } is saved as a draft: an article that says nothing cannot be published.
flash-article-put = The article stands in { $name } now.
flash-article-removed = { $name } was removed.
flash-article-restored = { $name } is back.
flash-collection-removed = The collection { $name } was removed.
flash-order = The order is kept.
fault-article-title = Give the article a title.
fault-article-title-long = A title has at most { $n } characters.
fault-article-summary-long = A summary has at most { $n } characters.
fault-article-body-long = An article has at most { $n } characters.
fault-article-empty = An article that says nothing cannot be published. Write its text first.
fault-article-source = This is a collection of articles. Remove it under Articles.
fault-article-document = This is an article. Withdraw or remove it under Articles.
fault-collection-name = Give it a name in one language at least.
fault-collection-full = The collection still has articles. Move or remove them first.
