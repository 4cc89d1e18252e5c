CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE run (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    status TEXT NOT NULL,
    strategy TEXT NOT NULL,
    model TEXT NOT NULL,
    title TEXT NOT NULL,
    group_key TEXT DEFAULT '' NOT NULL,
    started_at FLOAT NOT NULL,
    seconds FLOAT DEFAULT '0' NOT NULL,
    call_count INTEGER DEFAULT '0' NOT NULL,
    prompt_tokens INTEGER DEFAULT '0' NOT NULL,
    evaluated_tokens INTEGER DEFAULT '0' NOT NULL,
    completion_tokens INTEGER DEFAULT '0' NOT NULL,
    finish_reason TEXT DEFAULT '' NOT NULL,
    limit_name TEXT DEFAULT '' NOT NULL,
    deleted_at FLOAT,
    owner_pid INTEGER NOT NULL,
    owner_started FLOAT NOT NULL,
    template_id INTEGER REFERENCES template_version (id),
    digest TEXT NOT NULL,
    error TEXT,
    answer TEXT,
    output TEXT DEFAULT '' NOT NULL,
    manifest TEXT DEFAULT '{}' NOT NULL,
    spec TEXT NOT NULL
, expected TEXT, is_right INTEGER);
CREATE INDEX run_strategy ON run (strategy);
CREATE INDEX run_group ON run (group_key);
CREATE INDEX run_digest ON run (digest);
CREATE INDEX run_running ON run (status) WHERE status = 'running';
CREATE TABLE prompt_text (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    sha256 BLOB NOT NULL UNIQUE,
    payload BLOB NOT NULL
);
CREATE TABLE event (
    id INTEGER NOT NULL PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES run (id),
    seq INTEGER NOT NULL,
    at FLOAT NOT NULL,
    type TEXT NOT NULL,
    payload BLOB NOT NULL,
    prompts BLOB,
    CONSTRAINT event_key UNIQUE (run_id, seq)
);
CREATE TABLE run_text (
    run_id INTEGER NOT NULL PRIMARY KEY REFERENCES run (id),
    title TEXT NOT NULL,
    prompt TEXT DEFAULT '' NOT NULL,
    output TEXT DEFAULT '' NOT NULL
);
CREATE TABLE conversation (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    created_at FLOAT NOT NULL,
    updated_at FLOAT NOT NULL,
    leaf_id INTEGER,
    deleted_at FLOAT
, options TEXT DEFAULT '{}' NOT NULL, folder TEXT DEFAULT '' NOT NULL, pinned_at FLOAT, source TEXT DEFAULT '' NOT NULL, source_id TEXT, source_digest TEXT, forked_from INTEGER);
CREATE INDEX conversation_updated ON conversation (updated_at);
CREATE TABLE message (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    conversation_id INTEGER NOT NULL REFERENCES conversation (id),
    parent_id INTEGER REFERENCES message (id),
    role TEXT NOT NULL,
    created_at FLOAT NOT NULL,
    run_id INTEGER REFERENCES run (id),
    text TEXT NOT NULL
, deleted_at FLOAT, last_leaf_id INTEGER, thought_tokens INTEGER, system TEXT, reasoning TEXT, kind TEXT DEFAULT '' NOT NULL, hidden INTEGER DEFAULT '0' NOT NULL, author TEXT DEFAULT '' NOT NULL, label TEXT DEFAULT '' NOT NULL, pinned_at FLOAT, edited_from INTEGER, copied_from INTEGER, deleted_with INTEGER, foreign_id TEXT, attachments TEXT DEFAULT '[]' NOT NULL, raw TEXT);
CREATE INDEX message_conversation ON message (conversation_id);
CREATE INDEX message_parent ON message (parent_id);
CREATE INDEX message_run ON message (run_id);
CREATE TABLE draft (
    path TEXT NOT NULL PRIMARY KEY,
    base_sha256 TEXT NOT NULL,
    saved_at FLOAT NOT NULL,
    variables TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE TABLE session_state (
    "key" TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
CREATE TABLE model_speed (
    model_path TEXT NOT NULL,
    threads INTEGER NOT NULL,
    prompt_per_second FLOAT NOT NULL,
    generation_per_second FLOAT NOT NULL,
    measured_at FLOAT NOT NULL,
    PRIMARY KEY (model_path, threads)
);
CREATE TABLE template_text (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    sha256 TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL
);
CREATE TABLE prompt_place (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    prompt_id INTEGER NOT NULL,
    path TEXT NOT NULL,
    at FLOAT NOT NULL
);
CREATE TABLE "template_version" (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    prompt_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    text_id INTEGER NOT NULL REFERENCES template_text (id),
    created_at FLOAT NOT NULL,
    restored_at FLOAT,
    origin TEXT NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    CONSTRAINT template_version_number UNIQUE (prompt_id, number),
    CONSTRAINT template_version_text UNIQUE (prompt_id, text_id)
);
CREATE INDEX run_template ON run (template_id, deleted_at);
CREATE INDEX prompt_place_path ON prompt_place (path);
CREATE INDEX prompt_place_prompt ON prompt_place (prompt_id);
CREATE TABLE chat_draft (
    conversation_id INTEGER NOT NULL PRIMARY KEY,
    saved_at FLOAT NOT NULL,
    payload TEXT NOT NULL
);
CREATE INDEX run_model ON run (model);
CREATE INDEX run_status ON run (status);
CREATE INDEX run_started ON run (started_at);
CREATE INDEX run_right ON run (is_right) WHERE is_right IS NOT NULL;
CREATE INDEX run_compared ON run (id) WHERE group_key <> ''
;
CREATE TABLE evaluation (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    digest TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    created_at FLOAT NOT NULL,
    updated_at FLOAT NOT NULL,
    status TEXT NOT NULL,
    cell_count INTEGER NOT NULL,
    result TEXT DEFAULT '{}' NOT NULL,
    definition TEXT NOT NULL
);
CREATE INDEX evaluation_updated ON evaluation (updated_at);
CREATE TABLE evaluation_cell (
    id INTEGER NOT NULL PRIMARY KEY,
    evaluation_id INTEGER NOT NULL REFERENCES evaluation (id),
    variant TEXT NOT NULL,
    case_id TEXT NOT NULL,
    repeat INTEGER NOT NULL,
    state TEXT NOT NULL,
    run_id INTEGER REFERENCES run (id),
    score FLOAT,
    passed INTEGER,
    run_key TEXT NOT NULL,
    details TEXT DEFAULT '{}' NOT NULL,
    CONSTRAINT evaluation_cell_place UNIQUE (evaluation_id, variant, case_id, repeat)
);
CREATE INDEX evaluation_cell_run ON evaluation_cell (run_id);
CREATE TABLE held_out_look (
    id INTEGER NOT NULL PRIMARY KEY,
    cases TEXT NOT NULL,
    at FLOAT NOT NULL,
    evaluation_id INTEGER NOT NULL REFERENCES evaluation (id)
);
CREATE INDEX held_out_look_cases ON held_out_look (cases)
;
CREATE TABLE measurement (
    id INTEGER NOT NULL PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    model TEXT NOT NULL,
    at FLOAT NOT NULL,
    payload BLOB NOT NULL
);
CREATE INDEX measurement_kind ON measurement (kind)
;
CREATE TABLE vote_pair (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    case_id TEXT NOT NULL,
    a_key TEXT NOT NULL,
    a_digest TEXT NOT NULL,
    a_variant TEXT NOT NULL,
    a_run INTEGER NOT NULL,
    b_key TEXT NOT NULL,
    b_digest TEXT NOT NULL,
    b_variant TEXT NOT NULL,
    b_run INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    created_at FLOAT NOT NULL,
    set_name TEXT DEFAULT '' NOT NULL,
    set_path TEXT DEFAULT '' NOT NULL,
    a_text TEXT NOT NULL,
    b_text TEXT NOT NULL
);
CREATE INDEX vote_pair_a ON vote_pair (a_key);
CREATE INDEX vote_pair_b ON vote_pair (b_key);
CREATE TABLE vote (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    pair_id INTEGER NOT NULL REFERENCES vote_pair (id),
    at FLOAT NOT NULL,
    choice TEXT NOT NULL,
    seconds FLOAT DEFAULT '0' NOT NULL,
    undoes INTEGER DEFAULT '0' NOT NULL,
    reasons TEXT DEFAULT '[]' NOT NULL,
    note TEXT DEFAULT '' NOT NULL
);
CREATE INDEX vote_of_pair ON vote (pair_id)
;
CREATE UNIQUE INDEX conversation_source ON conversation (source, source_id) WHERE source <> '';
CREATE TABLE tag (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    item_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    CONSTRAINT tag_key UNIQUE (kind, item_id, name)
);
CREATE INDEX tag_name ON tag (name);
CREATE TABLE profile (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    created_at FLOAT NOT NULL,
    deleted_at FLOAT,
    system TEXT DEFAULT '' NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    greetings TEXT DEFAULT '[]' NOT NULL,
    source TEXT DEFAULT '{}' NOT NULL
);
CREATE TABLE token_data (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER NOT NULL REFERENCES run (id),
    call INTEGER NOT NULL,
    sample INTEGER NOT NULL,
    tokenizer TEXT NOT NULL,
    token_count INTEGER NOT NULL,
    alternative_count INTEGER DEFAULT '0' NOT NULL,
    doubt FLOAT,
    chosen BLOB NOT NULL,
    alternatives BLOB,
    CONSTRAINT token_data_key UNIQUE (run_id, call, sample)
);
CREATE INDEX token_data_doubt ON token_data (doubt);
CREATE TABLE indexed_text (
    id INTEGER NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    item_id INTEGER NOT NULL,
    part INTEGER NOT NULL,
    CONSTRAINT indexed_text_key UNIQUE (source, item_id, part)
);
CREATE TABLE index_pending (
    id INTEGER NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    item_id INTEGER NOT NULL,
    CONSTRAINT index_pending_key UNIQUE (source, item_id)
);
CREATE TABLE index_progress (
    source TEXT NOT NULL PRIMARY KEY,
    next_id INTEGER NOT NULL,
    first_id INTEGER NOT NULL
);
CREATE VIRTUAL TABLE text_search USING fts5(body, title, tags, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2', prefix='2 3 4');
CREATE TRIGGER index_message_insert AFTER INSERT ON message BEGIN INSERT INTO index_pending (source, item_id) SELECT 'message', new.id WHERE NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'message' AND item_id = new.id); INSERT INTO index_pending (source, item_id) SELECT 'run', new.run_id WHERE new.run_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'run' AND item_id = new.run_id); END;
CREATE TRIGGER index_message_update AFTER UPDATE OF text, reasoning, system, role, hidden, author, created_at, deleted_at, run_id, conversation_id ON message BEGIN INSERT INTO index_pending (source, item_id) SELECT 'message', new.id WHERE NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'message' AND item_id = new.id); INSERT INTO index_pending (source, item_id) SELECT 'run', new.run_id WHERE new.run_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'run' AND item_id = new.run_id); INSERT INTO index_pending (source, item_id) SELECT 'run', old.run_id WHERE old.run_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'run' AND item_id = old.run_id); END;
CREATE TRIGGER index_message_delete AFTER DELETE ON message BEGIN INSERT INTO index_pending (source, item_id) SELECT 'message', old.id WHERE NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'message' AND item_id = old.id); INSERT INTO index_pending (source, item_id) SELECT 'run', old.run_id WHERE old.run_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'run' AND item_id = old.run_id); END;
CREATE TRIGGER index_conversation_insert AFTER INSERT ON conversation BEGIN INSERT INTO index_pending (source, item_id) SELECT 'conversation', new.id WHERE NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'conversation' AND item_id = new.id); END;
CREATE TRIGGER index_conversation_update AFTER UPDATE OF title, folder, deleted_at ON conversation WHEN old.title IS NOT new.title OR old.folder IS NOT new.folder OR old.deleted_at IS NOT new.deleted_at BEGIN INSERT INTO index_pending (source, item_id) SELECT 'conversation', new.id WHERE NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'conversation' AND item_id = new.id); INSERT INTO index_pending (source, item_id) SELECT 'message', message.id FROM message WHERE conversation_id = new.id AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'message' AND item_id = message.id); END;
CREATE TRIGGER index_conversation_delete AFTER DELETE ON conversation BEGIN INSERT INTO index_pending (source, item_id) SELECT 'conversation', old.id WHERE NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'conversation' AND item_id = old.id); END;
CREATE TRIGGER index_run_update AFTER UPDATE OF title, model, strategy, is_right, deleted_at ON run WHEN old.title IS NOT new.title OR old.model IS NOT new.model OR old.strategy IS NOT new.strategy OR old.is_right IS NOT new.is_right OR old.deleted_at IS NOT new.deleted_at BEGIN INSERT INTO index_pending (source, item_id) SELECT 'run', new.id WHERE NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'run' AND item_id = new.id); INSERT INTO index_pending (source, item_id) SELECT 'message', message.id FROM message WHERE run_id = new.id AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'message' AND item_id = message.id); END;
CREATE TRIGGER index_run_text_insert AFTER INSERT ON run_text BEGIN INSERT INTO index_pending (source, item_id) SELECT 'run', new.run_id WHERE NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'run' AND item_id = new.run_id); END;
CREATE TRIGGER index_run_text_update AFTER UPDATE OF title, prompt, output ON run_text BEGIN INSERT INTO index_pending (source, item_id) SELECT 'run', new.run_id WHERE NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'run' AND item_id = new.run_id); END;
CREATE TRIGGER index_run_text_delete AFTER DELETE ON run_text BEGIN INSERT INTO index_pending (source, item_id) SELECT 'run', old.run_id WHERE NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'run' AND item_id = old.run_id); END;
CREATE TRIGGER index_version_insert AFTER INSERT ON template_version BEGIN INSERT INTO index_pending (source, item_id) SELECT 'version', new.id WHERE NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'version' AND item_id = new.id); END;
CREATE TRIGGER index_version_update AFTER UPDATE OF name, note, text_id ON template_version BEGIN INSERT INTO index_pending (source, item_id) SELECT 'version', new.id WHERE NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'version' AND item_id = new.id); END;
CREATE TRIGGER index_version_delete AFTER DELETE ON template_version BEGIN INSERT INTO index_pending (source, item_id) SELECT 'version', old.id WHERE NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'version' AND item_id = old.id); END;
CREATE TRIGGER index_evaluation_insert AFTER INSERT ON evaluation BEGIN INSERT INTO index_pending (source, item_id) SELECT 'evaluation', new.id WHERE NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'evaluation' AND item_id = new.id); END;
CREATE TRIGGER index_evaluation_update AFTER UPDATE OF name, definition ON evaluation WHEN old.definition IS NOT new.definition OR old.name IS NOT new.name BEGIN INSERT INTO index_pending (source, item_id) SELECT 'evaluation', new.id WHERE NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'evaluation' AND item_id = new.id); END;
CREATE TRIGGER index_evaluation_delete AFTER DELETE ON evaluation BEGIN INSERT INTO index_pending (source, item_id) SELECT 'evaluation', old.id WHERE NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'evaluation' AND item_id = old.id); END;
CREATE TRIGGER index_tag_insert AFTER INSERT ON tag BEGIN INSERT INTO index_pending (source, item_id) SELECT 'run', new.item_id WHERE new.kind = 'run' AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'run' AND item_id = new.item_id); INSERT INTO index_pending (source, item_id) SELECT 'conversation', new.item_id WHERE new.kind = 'conversation' AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'conversation' AND item_id = new.item_id); INSERT INTO index_pending (source, item_id) SELECT 'message', message.id FROM message WHERE new.kind = 'conversation' AND conversation_id = new.item_id AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'message' AND item_id = message.id); END;
CREATE TRIGGER index_tag_delete AFTER DELETE ON tag BEGIN INSERT INTO index_pending (source, item_id) SELECT 'run', old.item_id WHERE old.kind = 'run' AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'run' AND item_id = old.item_id); INSERT INTO index_pending (source, item_id) SELECT 'conversation', old.item_id WHERE old.kind = 'conversation' AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'conversation' AND item_id = old.item_id); INSERT INTO index_pending (source, item_id) SELECT 'message', message.id FROM message WHERE old.kind = 'conversation' AND conversation_id = old.item_id AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'message' AND item_id = message.id); END;
CREATE TRIGGER index_doubt_insert AFTER INSERT ON token_data BEGIN INSERT INTO index_pending (source, item_id) SELECT 'run', new.run_id WHERE NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'run' AND item_id = new.run_id); INSERT INTO index_pending (source, item_id) SELECT 'message', message.id FROM message WHERE run_id = new.run_id AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'message' AND item_id = message.id); END;
CREATE TRIGGER index_doubt_update AFTER UPDATE OF doubt ON token_data BEGIN INSERT INTO index_pending (source, item_id) SELECT 'run', new.run_id WHERE NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'run' AND item_id = new.run_id); INSERT INTO index_pending (source, item_id) SELECT 'message', message.id FROM message WHERE run_id = new.run_id AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'message' AND item_id = message.id); END;
CREATE TRIGGER index_doubt_delete AFTER DELETE ON token_data BEGIN INSERT INTO index_pending (source, item_id) SELECT 'run', old.run_id WHERE NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'run' AND item_id = old.run_id); INSERT INTO index_pending (source, item_id) SELECT 'message', message.id FROM message WHERE run_id = old.run_id AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'message' AND item_id = message.id); END;
CREATE TRIGGER index_score_insert AFTER INSERT ON evaluation_cell WHEN new.score IS NOT NULL BEGIN INSERT INTO index_pending (source, item_id) SELECT 'run', new.run_id WHERE new.run_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'run' AND item_id = new.run_id); INSERT INTO index_pending (source, item_id) SELECT 'message', message.id FROM message WHERE run_id = new.run_id AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'message' AND item_id = message.id); END;
CREATE TRIGGER index_score_update AFTER UPDATE OF score, run_id ON evaluation_cell WHEN old.score IS NOT new.score OR old.run_id IS NOT new.run_id BEGIN INSERT INTO index_pending (source, item_id) SELECT 'run', new.run_id WHERE new.run_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'run' AND item_id = new.run_id); INSERT INTO index_pending (source, item_id) SELECT 'message', message.id FROM message WHERE run_id = new.run_id AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'message' AND item_id = message.id); INSERT INTO index_pending (source, item_id) SELECT 'run', old.run_id WHERE old.run_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'run' AND item_id = old.run_id); INSERT INTO index_pending (source, item_id) SELECT 'message', message.id FROM message WHERE run_id = old.run_id AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'message' AND item_id = message.id); END;
CREATE TRIGGER index_score_delete AFTER DELETE ON evaluation_cell WHEN old.score IS NOT NULL BEGIN INSERT INTO index_pending (source, item_id) SELECT 'run', old.run_id WHERE old.run_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'run' AND item_id = old.run_id); INSERT INTO index_pending (source, item_id) SELECT 'message', message.id FROM message WHERE run_id = old.run_id AND NOT EXISTS (SELECT 1 FROM index_pending WHERE source = 'message' AND item_id = message.id); END;
CREATE TABLE source_collection (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    created_at FLOAT NOT NULL,
    words TEXT NOT NULL,
    model TEXT NOT NULL,
    index_key TEXT NOT NULL,
    chunks TEXT NOT NULL,
    paths TEXT NOT NULL,
    CONSTRAINT source_collection_name UNIQUE (name)
);
CREATE TABLE source_file (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    collection_id INTEGER NOT NULL REFERENCES source_collection (id),
    path TEXT NOT NULL,
    state TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    problem TEXT NOT NULL,
    size INTEGER NOT NULL,
    changed_at FLOAT NOT NULL,
    digest TEXT NOT NULL,
    notes TEXT NOT NULL,
    extracted BLOB,
    CONSTRAINT source_file_path UNIQUE (collection_id, path)
);
CREATE TABLE source_chunk (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    file_id INTEGER NOT NULL REFERENCES source_file (id),
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    page INTEGER NOT NULL,
    headings TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX source_chunk_file ON source_chunk (file_id);
CREATE TABLE source_vectors (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    collection_id INTEGER NOT NULL REFERENCES source_collection (id),
    file_id INTEGER NOT NULL REFERENCES source_file (id),
    first_chunk INTEGER NOT NULL,
    count INTEGER NOT NULL,
    index_key TEXT NOT NULL,
    vectors BLOB NOT NULL
);
CREATE INDEX source_vectors_collection ON source_vectors (collection_id);
CREATE INDEX source_vectors_file ON source_vectors (file_id);
INSERT INTO alembic_version VALUES ('0011');
INSERT INTO run VALUES (1, 'done', 'direct', '/models/tiny.gguf', 'capitals', '', 1796146077.1999288, 1.5, 1, 12, 10, 3, 'stop', '', NULL, 32054, 1796146075.51, 1, '290814c4eb35c342fad960f3a1551d6ff54a3cdc3d49968e5d4f5e22c047e4f6', NULL, 'Paris it is', 'Paris it is', '{"threads":2}', '{"prompt":{"type":"template","path":"/prompts/greet.prompty","source":"Hello {{ name }}","variables":{"name":"Ada"}},"strategy":"direct","params":{},"model":"/models/tiny.gguf","sampling":{"temperature":0.7,"top_k":40,"top_p":0.95,"min_p":0.05,"repeat_penalty":1.0,"frequency_penalty":0.0,"presence_penalty":0.0,"penalty_last_n":64,"typical_p":1.0,"top_n_sigma":-1.0,"xtc_probability":0.0,"xtc_threshold":0.1,"dynatemp_range":0.0,"dynatemp_exponent":1.0,"dry_multiplier":0.0,"dry_base":1.75,"dry_allowed_length":2,"dry_penalty_last_n":-1,"dry_sequence_breakers":["\n",":","\"","*"],"mirostat":0,"mirostat_tau":5.0,"mirostat_eta":0.1,"adaptive_target":-1.0,"adaptive_decay":0.9,"logit_bias":{},"samplers":["penalties","dry","top_n_sigma","top_k","typical_p","top_p","min_p","xtc","temperature"],"grammar":"","json_schema":"","max_tokens":512,"stop":[],"logprobs":0},"seed":7,"budget":{"max_tokens":null,"max_calls":null,"max_seconds":null},"mode":"fast","group":""}', 'Paris it is', 1);
INSERT INTO prompt_text VALUES (1, X'D5935C3F04D0EEBF511BE51B862C1F19CB44165BBE7F8810884E4E56016F0449', X'82A4726F6C65A673797374656DA57370616E739184A474657874B0596F75206172652068656C7066756C2EA76C69746572616CC3A46C696E6500A87661726961626C65A0');
INSERT INTO prompt_text VALUES (2, X'D10014042A03634548EB0AD6DB6745705BDC5A0140ADBD106D6AC6C13D5A2D8A', X'82A4726F6C65A475736572A57370616E739184A474657874BE5768617420697320746865206361706974616C206F66204672616E63653FA76C69746572616CC2A46C696E6500A87661726961626C65A0');
INSERT INTO event VALUES (1, 1, 0, 0.0, 'run_started', X'85A474797065AB72756E5F73746172746564A87374726174656779A6646972656374A56D6F64656CA474696E79A47365656407A86D616E696665737481A77468726561647302', NULL);
INSERT INTO event VALUES (2, 1, 1, 0.1, 'call_started', X'8CA474797065AC63616C6C5F73746172746564A463616C6CA8302F616E73776572A46E6F6465A130A4726F6C65A6616E73776572A86D6573736167657390A773616D706C657301A573656564739100AA6D61785F746F6B656E7340AB74656D7065726174757265CB3FE6666666666666A66C6162656C7390A6707265666978A0A46B65707490', X'920102');
INSERT INTO event VALUES (3, 1, 4, 0.4, 'text_received', X'86A474797065AD746578745F7265636569766564A463616C6CA8302F616E73776572A673616D706C6500A474657874AB5061726973206974206973A6746F6B656E739384A2696401A474657874A6506172697320A76C6F6770726F62CBBFE0000000000000AC616C7465726E6174697665739192A6506172697320CBBFE000000000000084A2696401A474657874A3697420A76C6F6770726F62CBBFE0000000000000AC616C7465726E6174697665739192A3697420CBBFE000000000000084A2696401A474657874A26973A76C6F6770726F62CBBFE0000000000000AC616C7465726E6174697665739192A26973CBBFE0000000000000A9726561736F6E696E67A0', NULL);
INSERT INTO event VALUES (4, 1, 5, 0.5, 'call_finished', X'8CA474797065AD63616C6C5F66696E6973686564A463616C6CA8302F616E73776572A673616D706C6500A474657874AB5061726973206974206973AD66696E6973685F726561736F6EA473746F70AD70726F6D70745F746F6B656E730CB06576616C75617465645F746F6B656E730AB1636F6D706C6574696F6E5F746F6B656E7303A77365636F6E6473CB3FE0000000000000AC6D65616E5F6C6F6770726F62C0A9726561736F6E696E67A0B0726561736F6E696E675F746F6B656E7300', NULL);
INSERT INTO event VALUES (5, 1, 6, 0.6, 'run_finished', X'89A474797065AC72756E5F66696E6973686564A6737461747573A4646F6E65A6616E73776572AB5061726973206974206973A66F7574707574AB5061726973206974206973A46E6F6465A130AD66696E6973685F726561736F6EA473746F70A77365636F6E6473CB3FF8000000000000A56C696D6974A0A56572726F72C0', NULL);
INSERT INTO run_text VALUES (1, 'capitals', 'You are helpful.

What is the capital of France?', 'Paris it is');
INSERT INTO conversation VALUES (1, 'chat', 1796146077.268882, 1796146077.2728183, 1, NULL, '{}', '', NULL, '', NULL, NULL, NULL);
INSERT INTO message VALUES (1, 1, NULL, 'user', 1796146077.2728183, NULL, 'a capital question', NULL, NULL, NULL, NULL, NULL, '', 0, '', '', NULL, NULL, NULL, NULL, NULL, '[]', NULL);
INSERT INTO draft VALUES ('/prompts/greet.prompty', '0', 1796146077.2570055, '{}', 'Hello');
INSERT INTO session_state VALUES ('window', '{"tabs":[]}');
INSERT INTO template_text VALUES (1, '1cc8b4910ff8026121f71a45ce3e85ec9b0c8f4f8bacec9a1fa4e72386161d08', 'Hello {{ name }}');
INSERT INTO prompt_place VALUES (1, 1, '/prompts/greet.prompty', 1796146077.2021387);
INSERT INTO template_version VALUES (1, 1, 1, 1, 1796146077.2108855, NULL, 'run', '', '');
INSERT INTO chat_draft VALUES (0, 1796146077.2609136, '{"text":"not sent","system":null,"edited_id":null,"edited_text":"","attachments":[],"edited_attachments":null,"waiting":[]}');
PRAGMA application_id = 1347901250;
PRAGMA user_version = 11;
