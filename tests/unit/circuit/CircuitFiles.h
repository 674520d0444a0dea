// Circuits in the file format that the tests read: the four shapes of diagrams that the format is specified by.
#pragma once

namespace lab::testing {

inline const char* const kMismatch = R"({ "ncd": 1, "title": "one size does not fit", "theme": "light",
  "axes": [
    {"id":"b","name":"b","role":"batch","size":null},
    {"id":"h","name":"~h","role":"space","size":28}, {"id":"w","name":"~w","role":"space","size":28},
    {"id":"p","name":"p","role":"feature","size":"h*w"}, {"id":"n1","name":"n_{1}","role":"feature","size":512},
    {"id":"m1","name":"m","role":"feature","size":256}, {"id":"n2","name":"n_{2}","role":"feature","size":512},
    {"id":"k","name":"k","role":"class","size":10} ],
  "wires": [
    {"id":"w0","dtype":"real","axes":["b","h","w"]}, {"id":"w1","dtype":"real","axes":["b","p"]},
    {"id":"w2","dtype":"real","axes":["b","n1"]}, {"id":"w3","dtype":"real","axes":["b","n1"]},
    {"id":"w4","dtype":"real","axes":["b","n2"]}, {"id":"w5","dtype":"real","axes":["b","n2"]},
    {"id":"w6","dtype":"real","axes":["b","k"]}, {"id":"w7","dtype":"real","axes":["b","k"]} ],
  "ops": [
    {"id":"in","kind":"input","in":[],"out":["w0"],"name":"*X*"},
    {"id":"fl","kind":"merge","in":["w0"],"out":["w1"],"target":{"in":["h","w"],"out":["p"]}},
    {"id":"L1","kind":"linear","in":["w1"],"out":["w2"],"target":{"in":["p"],"out":["n1"]},"args":{"bias":true},"name":"*L*_1"},
    {"id":"r1","kind":"pointwise","in":["w2"],"out":["w3"],"args":{"fn":"relu"}},
    {"id":"L2","kind":"linear","in":["w3"],"out":["w4"],"target":{"in":["m1"],"out":["n2"]},"args":{"bias":true},"name":"*L*_2"},
    {"id":"r2","kind":"pointwise","in":["w4"],"out":["w5"],"args":{"fn":"relu"}},
    {"id":"L3","kind":"linear","in":["w5"],"out":["w6"],"target":{"in":["n2"],"out":["k"]},"args":{"bias":true},"name":"*L*_3"},
    {"id":"sm","kind":"softmax","in":["w6"],"out":["w7"],"target":{"in":["k"],"out":["k"]}},
    {"id":"out","kind":"output","in":["w7"],"out":[],"name":"`*Y*"} ],
  "groups": [
    {"id":"g1","title":"layer 1","members":["L1","r1"],"state":"open","fill":"ffn"},
    {"id":"g2","title":"layer 2","members":["L2","r2"],"state":"closed","fill":"ffn"} ],
  "layout": {}, "rules": [], "notes": [], "view": {"toggles":["sizes"]} })";

inline const char* const kForwardForward = R"({ "ncd": 1, "title": "digits, forward-forward", "theme": "light",
  "axes": [
    {"id":"b","name":"b","role":"batch","size":64}, {"id":"s","name":"σ","role":"stream","size":2,"labels":["+","−"]},
    {"id":"p","name":"p","role":"feature","size":784}, {"id":"k","name":"k","role":"class","size":10},
    {"id":"x","name":"x","role":"feature","size":"p+k"}, {"id":"n1","name":"n_{1}","role":"feature","size":500},
    {"id":"n2","name":"n_{2}","role":"feature","size":500,"unit":"mV"} ],
  "wires": [
    {"id":"w0","dtype":"real","axes":["s","b","p"]}, {"id":"w1","dtype":{"int":"k"},"axes":["s","b","k"],"quant":"BF16"},
    {"id":"w2","dtype":"real","axes":["s","b","x"]}, {"id":"w3","dtype":"real","axes":["s","b","x"]},
    {"id":"w4","dtype":"real","axes":["s","b","n1"]}, {"id":"w5","dtype":"real","axes":["s","b","n1"]},
    {"id":"w6","dtype":"real","axes":["s","b","n1"]}, {"id":"w7","dtype":"real","axes":["s","b","n2"]},
    {"id":"w8","dtype":"real","axes":["s","b","n2"]} ],
  "ops": [
    {"id":"in","kind":"input","in":[],"out":["w0"],"name":"X"},
    {"id":"lab","kind":"input","in":[],"out":["w1"],"name":"y"},
    {"id":"cat","kind":"join-as-you-like","in":["w0","w1"],"out":["w2"],"target":{"in":["p","k"],"out":["x"],"by":[1,2]},
     "args":{"how":{"deep":[1,2.50,null]},"n":3,"rate":0.5,"flag":false},"reindex":{"strides":{"x":2}}},
    {"id":"nz1","kind":"norm","in":["w2"],"out":["w3"],"target":{"in":["x"],"out":["x"]},"args":{"type":"l2","gain":false}},
    {"id":"L1","kind":"linear","in":["w3"],"out":["w4"],"target":{"in":["x"],"out":["n1"]},"args":{"bias":true}},
    {"id":"r1","kind":"pointwise","in":["w4"],"out":["w5"],"args":{"fn":"relu"}},
    {"id":"nz2","kind":"norm","in":["w5"],"out":["w6"],"target":{"in":["n1"],"out":["n1"]},"args":{"type":"l2","gain":false}},
    {"id":"L2","kind":"linear","in":["w6"],"out":["w7"],"target":{"in":["n1"],"out":["n2"]},"args":{"bias":true},"note":"second"},
    {"id":"r2","kind":"pointwise","in":["w7"],"out":["w8"],"args":{"fn":"relu"}},
    {"id":"out","kind":"output","in":["w8"],"out":[]} ],
  "groups": [ {"id":"g1","title":"layer 1","members":["nz1","L1","r1"],"state":"open","fill":"soft","repeat":{"count":1,"var":"l"}} ],
  "layout": { "rank":{"in":0,"cat":1}, "lanes":{"0":["w0","w1"]}, "order":{"w0":["b","s","p"]}, "stretch":{"2":40}, "zoom":1.50 },
  "rules": [ {"id":"ff","active":true} ], "notes": [ {"id":"n","text":"credit stays inside"} ], "custom": {"kept": true} })";

inline const char* const kResidual = R"({ "ncd": 1, "title": "residual block, pre-activation bottleneck",
  "axes": [
    {"id":"x","name":"~x","role":"space","size":null,"dims":2}, {"id":"n","name":"n","role":"feature","size":null},
    {"id":"q","name":"","role":"feature","size":"n/4"}, {"id":"b","name":"b","role":"batch","size":null} ],
  "wires": [
    {"id":"w0","axes":["x","n","b"]}, {"id":"f0","axes":["x","n","b"]}, {"id":"sk","axes":["x","n","b"]},
    {"id":"f1","axes":["x","n","b"]}, {"id":"f2","axes":["x","n","b"]}, {"id":"f3","axes":["x","q","b"]},
    {"id":"f6","axes":["x","q","b"]}, {"id":"f9","axes":["x","n","b"]}, {"id":"w9","axes":["x","n","b"]} ],
  "ops": [
    {"id":"in","kind":"input","in":[],"out":["w0"]},
    {"id":"cp","kind":"copy","in":["w0"],"out":["f0","sk"]},
    {"id":"n1","kind":"norm","in":["f0"],"out":["f1"],"target":{"in":["n"],"out":["n"]},"args":{"type":"batch","gain":true}},
    {"id":"r1","kind":"pointwise","in":["f1"],"out":["f2"],"args":{"fn":"relu"}},
    {"id":"c1","kind":"conv","in":["f2"],"out":["f3"],"target":{"in":["x","n"],"out":["x","q"]},"args":{"k":1}},
    {"id":"c2","kind":"conv","in":["f3"],"out":["f6"],"target":{"in":["x","q"],"out":["x","q"]},"args":{"k":3,"p":1}},
    {"id":"c3","kind":"conv","in":["f6"],"out":["f9"],"target":{"in":["x","q"],"out":["x","n"]},"args":{"k":1}},
    {"id":"ad","kind":"add","in":["f9","sk"],"out":["w9"]},
    {"id":"out","kind":"output","in":["w9"],"out":[]} ],
  "groups": [ {"id":"g0","title":"residual connection","members":["cp","gc","ad"],"state":"open","fill":"res"},
              {"id":"gc","title":"body","members":["n1","r1","c1","c2","c3"],"state":"open","fill":"head"} ],
  "layout": {} })";

// Attention between two sequences: cups, a mask and a softmax over places, heads as a split of features.
inline const char* const kAttention = R"({ "ncd": 1, "title": "multi-head attention", "theme": "light",
  "axes": [
    {"id":"y","name":"~y","role":"seq","size":null}, {"id":"x","name":"~x","role":"seq","size":null}, {"id":"m","name":"m","role":"feature","size":512},
    {"id":"h","name":"h","role":"head","size":8},    {"id":"d","name":"d","role":"feature","size":"m/h"} ],
  "wires": [
    {"id":"wy","dtype":"real","axes":["y","m"]},     {"id":"wx","dtype":"real","axes":["x","m"]},
    {"id":"xk","dtype":"real","axes":["x","m"]},     {"id":"xv","dtype":"real","axes":["x","m"]},
    {"id":"q","dtype":"real","axes":["y","h","d"]},  {"id":"k","dtype":"real","axes":["x","h","d"]},  {"id":"v","dtype":"real","axes":["x","h","d"]},
    {"id":"s","dtype":"real","axes":["h","y","x"]},  {"id":"t","dtype":"real","axes":["h","y","x"]},  {"id":"a","dtype":"real","axes":["h","y","x"]},
    {"id":"o","dtype":"real","axes":["y","h","d"]},  {"id":"z","dtype":"real","axes":["y","m"]} ],
  "ops": [
    {"id":"iy","kind":"input",  "in":[],        "out":["wy"]},
    {"id":"ix","kind":"input",  "in":[],        "out":["wx"]},
    {"id":"cp","kind":"copy",   "in":["wx"],    "out":["xk","xv"]},
    {"id":"Lq","kind":"linear", "in":["wy"],    "out":["q"], "target":{"in":["m"],"out":["h","d"]}, "args":{"bias":false}, "name":"*L*_q"},
    {"id":"Lk","kind":"linear", "in":["xk"],    "out":["k"], "target":{"in":["m"],"out":["h","d"]}, "args":{"bias":false}, "name":"*L*_k"},
    {"id":"Lv","kind":"linear", "in":["xv"],    "out":["v"], "target":{"in":["m"],"out":["h","d"]}, "args":{"bias":false}, "name":"*L*_v"},
    {"id":"qk","kind":"einsum", "in":["q","k"], "out":["s"], "args":{"sig":"y h d, x h d -> h y x","scale":"d^{-1/2}"}},
    {"id":"mk","kind":"mask",   "in":["s"],     "out":["t"], "target":{"in":["y","x"],"out":["y","x"]}, "args":{"shape":"lower"}},
    {"id":"sm","kind":"softmax","in":["t"],     "out":["a"], "target":{"in":["x"],"out":["x"]}},
    {"id":"av","kind":"einsum", "in":["a","v"], "out":["o"], "args":{"sig":"h y x, x h d -> y h d"}},
    {"id":"Lo","kind":"linear", "in":["o"],     "out":["z"], "target":{"in":["h","d"],"out":["m"]}, "args":{"bias":false}, "name":"*L*_o"},
    {"id":"out","kind":"output","in":["z"],     "out":[]} ],
  "groups": [
    {"id":"g0","title":"multi-head attention","members":["cp","Lq","Lk","Lv","g1","Lo"],"state":"open","fill":"mha"},
    {"id":"g1","title":"scaled dot-product core","members":["qk","mk","sm","av"],"state":"open","fill":"attn"} ],
  "layout": {}, "rules": [], "notes": [], "view": {"toggles":[]} })";

}  // namespace lab::testing
