"""Hugging Face's own libraries: what they save, what they make of what we save, and the golden values of the tests.

    python hugging_face.py save FOLDER       small models and adapters of random weights, one folder each
    python hugging_face.py read FOLDER...    the logits of models and the ids of tokenizers there, one JSON object a line
    python hugging_face.py golden            writes testing/fixtures/hugging-face.json anew

Needs torch, transformers and peft, and no network. A folder says in request.json what is asked of it, and `save` leaves the
answers there: {"ids": [[…]], "logits": […]}, {"text": "…", "tokens": […]}, {"adapter": FOLDER, "merge": true}.
"""
import base64, json, os, sys, tempfile, warnings

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.simplefilter("ignore")
import peft, torch, transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()

IDS = [[1, 5, 3, 18, 0, 7, 7, 6], [12, 0, 16, 4, 9, 11, 2, 15]]
TEXT = "Ferries cross the river; eels don't.\n"
CHAT = [{"role": "user", "content": "eels?"}, {"role": "assistant", "content": "no"}, {"role": "user", "content": "o?"}]
SIZES = {"vocab_size": 19, "bos_token_id": 1, "eos_token_id": 2}
GPT2 = {"n_positions": 8, "n_embd": 8, "n_head": 2, "n_layer": 1, **SIZES}
LLAMA = {
    "max_position_embeddings": 8, "hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 1,
    "num_attention_heads": 4, "num_key_value_heads": 2, **SIZES,
}  # fmt: skip
SCALED = {
    "linear": {"rope_type": "linear", "factor": 2.0, "rope_theta": 10000.0},
    "llama3": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
               "original_max_position_embeddings": 4, "rope_theta": 500000.0},
    "yarn": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 4, "rope_theta": 10000.0},
}  # fmt: skip


def gpt2(kind=transformers.GPT2LMHeadModel, **changes):
    return kind(transformers.GPT2Config(**{**GPT2, **changes}))


def llama(**changes):
    return transformers.LlamaForCausalLM(transformers.LlamaConfig(**{**LLAMA, **changes}))


def qwen2(**changes):
    return transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**{**LLAMA, **changes}))


# Each model, and how it is saved.
MODELS = {
    "gpt2": (gpt2, {}),
    "gpt2-own-head": (lambda: gpt2(tie_word_embeddings=False, n_layer=2).half(), {"max_shard_size": 1200}),
    "smollm2": (lambda: llama(tie_word_embeddings=True, rope_theta=100000.0).bfloat16(), {}),
    "llama": (lambda: llama(num_key_value_heads=4, rms_norm_eps=1e-5), {}),
    "qwen2": (lambda: qwen2(tie_word_embeddings=True, num_key_value_heads=1).bfloat16(), {}),
    "qwen2-own-head": (lambda: qwen2(tie_word_embeddings=False, num_hidden_layers=2), {"max_shard_size": 800}),
    "gpt2-classes": (lambda: gpt2(transformers.GPT2ForSequenceClassification, num_labels=3, pad_token_id=2), {}),
    "llama-classes": (lambda: transformers.LlamaForSequenceClassification(
        transformers.LlamaConfig(**LLAMA, num_labels=2, id2label={0: "ham", 1: "spam"}, pad_token_id=2)), {}),
    **{f"scaled-{kind}": (lambda parameters=parameters: llama(rope_parameters=parameters), {}) for kind, parameters in SCALED.items()},
}  # fmt: skip

# Each adapter: the model that it is for, and its configuration.
ADAPTERS = {
    "gpt2-lora": ("gpt2", {"r": 2, "lora_alpha": 6, "target_modules": ["c_attn", "c_proj", "c_fc"], "fan_in_fan_out": True}),
    "head-lora": ("gpt2-own-head", {"r": 2, "lora_alpha": 3, "target_modules": ["c_attn", "lm_head"], "use_rslora": True}),
    "llama-lora": ("llama", {"r": 2, "target_modules": ["q_proj", "v_proj", "down_proj"],
                             "rank_pattern": {"down_proj": 3}, "alpha_pattern": {"self_attn.q_proj": 5}}),
}  # fmt: skip


def randomize(model):
    """Weights of such a size that every part of the model is seen in the logits."""
    for name, parameter in sorted(model.named_parameters()):
        parameter.data.normal_(1 if "norm.weight" in name or "ln_" in name and name.endswith("weight") else 0, 0.3)
    return model.eval()


@torch.no_grad()
def logits_of(model, ids=IDS):
    model = model.float()
    return torch.cat([model(torch.tensor([row])).logits for row in ids])  # one by one: not all can fill rows up


def write(folder, request):
    with open(os.path.join(folder, "request.json"), "w") as file:
        json.dump(request, file)


def save(folder):
    os.makedirs(folder)
    torch.manual_seed(1)
    tokenizer = small_tokenizer()
    for name, (make, options) in MODELS.items():
        target = os.path.join(folder, name)
        model = randomize(make())
        model.save_pretrained(target, **options)
        tokenizer.save_pretrained(target)
        write(target, {"ids": IDS, "logits": logits_of(model).tolist(), "text": TEXT, "tokens": tokenizer(TEXT).input_ids})
    for name, (base, config) in ADAPTERS.items():
        target, below = os.path.join(folder, name), os.path.join(folder, base)
        model = transformers.AutoModelForCausalLM.from_pretrained(below)
        adapted = peft.get_peft_model(model, peft.LoraConfig(task_type="CAUSAL_LM", init_lora_weights=False, **config))
        for key, parameter in sorted(adapted.named_parameters()):
            if "lora_" in key:
                parameter.data.normal_(0, 0.3)
        adapted.peft_config["default"].base_model_name_or_path = base
        adapted.save_pretrained(target)
        write(target, {"base": base, "ids": IDS, "logits": logits_of(adapted.eval()).tolist()})


def small_tokenizer():
    """Byte pairs of GPT-2's kind, no more than the models have rows for: the letters of the text, and one pair."""
    vocabulary = [*dict.fromkeys(TEXT.replace(" ", "Ġ").replace("\n", "Ċ")), "er"]
    made = Tokenizer(models.BPE(vocab={token: id for id, token in enumerate(vocabulary)}, merges=[("e", "r")]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    return transformers.PreTrainedTokenizerFast(tokenizer_object=made)


def read(folder):
    with open(os.path.join(folder, "request.json")) as file:
        request = json.load(file)
    answer = {}
    if "ids" in request:
        config = transformers.AutoConfig.from_pretrained(folder)
        classes = any("Classification" in one for one in config.architectures)
        kind = transformers.AutoModelForSequenceClassification if classes else transformers.AutoModelForCausalLM
        model, loading = kind.from_pretrained(folder, output_loading_info=True)
        assert not any(loading[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys")), loading
        if "adapter" in request:
            model = peft.PeftModel.from_pretrained(model, request["adapter"])
            if request.get("merge"):
                model = model.merge_and_unload()
        answer["logits"] = logits_of(model.eval(), request["ids"]).tolist()
        if classes:
            answer["labels"] = [model.config.id2label[i] for i in range(model.config.num_labels)]
    if "text" in request:
        # To every model of the type qwen2, AutoTokenizer gives the tokenizer of Qwen, whatever tokenizer.json says.
        qwen = transformers.AutoConfig.from_pretrained(folder).model_type == "qwen2"
        kind = transformers.PreTrainedTokenizerFast if qwen else transformers.AutoTokenizer
        tokenizer = kind.from_pretrained(folder)
        answer["tokens"] = tokenizer(request["text"]).input_ids
        answer["decoded"] = tokenizer.decode(answer["tokens"])
        answer["ends"] = [tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id]
        if tokenizer.chat_template:
            answer["chat"] = tokenizer.apply_chat_template(CHAT, tokenize=False, add_generation_prompt=True)
    return answer


def golden():
    with tempfile.TemporaryDirectory() as made:
        folder = os.path.join(made, "models")
        save(folder)
        found = {"meta": {one.__name__: one.__version__ for one in (torch, transformers, peft)}, "models": {}, "adapters": {}}
        for name in [*MODELS, *ADAPTERS]:
            here = os.path.join(folder, name)
            kinds = ("adapter_config.json", "config.json", "generation_config.json", "model.safetensors.index.json")
            texts = {one: open(os.path.join(here, one)).read() for one in kinds if os.path.exists(os.path.join(here, one))}
            if name.startswith("scaled"):
                found["models"][name] = {"files": texts}  # to be refused: the weights are of no interest
                continue
            weights = sorted(one for one in os.listdir(here) if one.endswith(".safetensors"))
            binary = {one: base64.b64encode(open(os.path.join(here, one), "rb").read()).decode() for one in weights}
            request = json.load(open(os.path.join(here, "request.json")))
            values = torch.tensor(request["logits"])
            logits = {"dtype": "float32", "shape": list(values.shape), "v": " ".join(f"{x:.9g}" for x in values.flatten().tolist())}
            base = {"base": request["base"]} if "base" in request else {}
            found["adapters" if base else "models"][name] = {**base, "files": texts, "weights": binary, "logits": logits}
        found["ids"] = IDS
        path = os.path.join(os.path.dirname(__file__), "../../testing/fixtures/hugging-face.json")
        with open(path, "w") as file:
            json.dump(found, file, separators=(",", ":"))
            file.write("\n")


command, *folders = sys.argv[1:] or ["help"]
if command == "save":
    save(*folders)
elif command == "read":
    for one in folders:
        print(json.dumps(read(one)), flush=True)
elif command == "golden":
    golden()
else:
    raise SystemExit(__doc__)
