"""Chat templates with the rules of well-known models, in short."""

ALTERNATE = (
    "{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate user/assistant/user/...') }}{% endif %}"
)
GEMMA_3 = (  # a system message begins the first user message; then user and model in turn
    "{{ bos_token }}{% if messages[0].role == 'system' %}"
    "{% set start = messages[0].content + '\n\n' %}{% set rest = messages[1:] %}"
    "{% else %}{% set start = '' %}{% set rest = messages %}{% endif %}"
    "{% for m in rest %}"
    + ALTERNATE
    + "{% set role = 'model' if m.role == 'assistant' else m.role %}"
    "{{ '<start_of_turn>' + role + '\n' + (start if loop.first else '') }}"
    "{{ m.content | trim }}{{ '<end_of_turn>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}"
)
MISTRAL = (  # of the first versions: neither a system message nor two of one role
    "{{ bos_token }}{% for m in messages %}" + ALTERNATE + "{% if m.role == 'user' %}"
    "{{ '[INST] ' + m.content + ' [/INST]' }}{% elif m.role == 'assistant' %}"
    "{{ m.content + eos_token }}{% else %}"
    "{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}"
)
LLAMA_2 = (
    "{% if messages[0].role == 'system' %}{% set rest = messages[1:] %}"
    "{% set rules = messages[0].content %}{% else %}{% set rest = messages %}"
    "{% set rules = '' %}{% endif %}{% for m in rest %}"
    + ALTERNATE
    + "{% set text = '<<SYS>>\n' + "
    "rules + '\n<</SYS>>\n\n' + m.content if loop.first and rules else m.content %}"
    "{% if m.role == 'user' %}{{ bos_token + '[INST] ' + text | trim + ' [/INST]' }}"
    "{% else %}{{ ' ' + text | trim + ' ' + eos_token }}{% endif %}{% endfor %}"
)
DEEPSEEK_R1 = (  # thoughts of all turns are cut, and the header opens one
    "{% set ns = namespace(rules='') %}{% for m in messages if m.role == 'system' %}"
    "{% set ns.rules = ns.rules + m.content %}{% endfor %}{{ bos_token + ns.rules }}"
    "{% for m in messages %}{% if m.role == 'user' %}{{ '<User>' + m.content }}"
    "{% elif m.role == 'assistant' %}{{ '<Assistant>' + m.content.split('</think>')[-1] }}"
    "{{ '<End>' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<Assistant><think>\n' }}{% endif %}"
)
QWEN_3 = (  # thoughts stay since the last question of the user, or all of them where asked
    "{% set ns = namespace(last=0) %}{% for m in messages %}{% if m.role == 'user' %}"
    "{% set ns.last = loop.index0 %}{% endif %}{% endfor %}"
    "{% for m in messages %}{% if m.role == 'assistant' %}"
    "{{ '<|im_start|>assistant\n' }}{% if m.reasoning_content is string and "
    "(loop.index0 > ns.last or preserve_thinking is defined and preserve_thinking) %}"
    "{{ '<think>\n' + m.reasoning_content + '\n</think>\n\n' }}{% endif %}"
    "{{ m.content }}{% for call in m.tool_calls or [] %}{{ '<tool_call>' + call.function.name }}"
    "{{ '</tool_call>' }}{% endfor %}{{ '<|im_end|>\n' }}{% elif m.role == 'tool' %}"
    "{{ '<|im_start|>user\n<tool_response>\n' + m.content + '\n</tool_response><|im_end|>\n' }}"
    "{% else %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
SEED_OSS = (  # thoughts of all turns stay
    "{% for m in messages %}{{ '<' + m.role + '>' }}{% if m.reasoning_content is defined %}"
    "{{ '<seed:think>' + m.reasoning_content + '</seed:think>' }}{% endif %}"
    "{{ m.content + '<end>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<assistant>' }}{% endif %}"
)
KNOWN = {
    "gemma 3": GEMMA_3,
    "mistral": MISTRAL,
    "llama 2": LLAMA_2,
    "deepseek r1": DEEPSEEK_R1,
    "qwen 3": QWEN_3,
    "seed oss": SEED_OSS,
}
