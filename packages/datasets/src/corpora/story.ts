// "As Far as M": a story written for this project, so that a first model has something worth reading to learn from.
export const story: string = `As Far as M

1. The Fare

The river Wend had a town on one side and mud on the other. The town was called Overwend. The mud was called the Mudside, and people lived there too, on the dry parts, with eels and geese and sheep and a great many wet boots.

Between the two went the ferry. It was a flat boat on a long rope, and Madge Bickle pulled it over and Madge Bickle pulled it back. She had done this for thirty years, and her hands were as broad as spades. A cow was fourpence. A cart was sixpence. A man was a penny, and a woman was a penny, and a man who asked if he could go for nothing was twopence.

Children going to school did not pay pennies. Children paid a letter.

"What's your letter?" Madge would say, and she would not pull a foot until she had it. You had to say a letter of the alphabet, and a thing that began with it. "B," you said, "for bucket." Then Madge said it after you, slowly, like someone biting a coin to see if it is good. "B. Bucket." And she nodded, and you could sit down.

The Mudside mothers thought this was very kind of her. It kept the children sharp, they said.

Caleb Gill always paid with C for Caleb or G for Gill. He was eleven, and he was fond of his name. He had learned to write it in his first autumn at school and he had not stopped since. CALEB GILL was on the rail of the ferry and CALEB GILL was on the floor of the ferry. CALEB GILL was on the pump, the gate, the plank over Eel Ditch, and, in tar, on a pig.

Pru Stott was ten. She had been at school for four autumns, and she could not write one letter of hers.

She did not talk about this. She sat at the front of the ferry, where you could put a hand to the rope, and looked at things. She looked at the ferry house, low and white on its hump of dry ground, and behind it the eleven sheep.

Nobody knew what the sheep were for. Madge never sold one and Madge never ate one. Each spring she took one lamb from Caleb's father, for a month of free crossings, and then there was one more sheep. Their names were Ada, Bell, Clem, Delia, Edie, Fig, Gem, Ham, Ida, Jack and Kale. Ham was a nervous sheep. With that name, people said, you would be.

"Whose sheep are they, Madge?" Pru asked once, with her hand on the rope.

"Not mine," said Madge, and pulled.

2. As Far as M

Mr. Furze kept the school in Overwend, and he was a tidy man. He had a tidy beard and tidy cuffs, and he taught a letter a week, in order, because that was how it was done. On the first Monday in October he wrote A on the board. On the second Monday he wrote B. L came before Christmas, with a drawing of a ladder, and M came in with the New Year.

And then the Wend got up.

It got up every year. The snow on the hills turned to water, and the Wend rose out of its bed the way a cow does, back end first, and lay down again all over the Mudside. Madge took in the rope. Madge took in the landing lamp, so that nobody should see a light and be fool enough to try. There was no crossing until May, and by then there were lambs to see to, and after the lambs there was hay, and after the hay there were plums, and after the plums it was October, and on the first Monday Mr. Furze wrote A on the board.

"Please, sir," Pru had said, in her second autumn, "we have had A."

"But the little ones have not," said Mr. Furze. "It would not be fair to begin in the middle."

So all winter long the Overwend children walked to school on dry stones and learned the rest. And on the Mudside nobody had ever got past M. The children had not, nor their mothers, nor their grandfathers. A Mudside man could read MILK, and he could read FIELD. When he came to the inn called THE SHIP, he read HE HI, and went in. It had been known on the Mudside as the Hehi for a hundred years.

None of this troubled Mr. Furze, because he did not know it. He believed that they did the rest at home. Each year, on the last day, he walked down to the landing and lent the Mudside children a hornbook. "Practise your letters," he said. And they practised their letters, as far as M.

The hornbook was a flat bit of oak with a handle, like a bat for a very small game. On the oak was a page, and over the page, to keep off the wet and the jam, was a sheet of horn scraped so thin that you could read through it. There were two rows of letters, thirteen and thirteen. The top row was brown from a hundred years of thumbs. The bottom row was as clean as the day it was made.

The Mudside children called the bottom row the winter letters. They did not know what the winter letters said, so they had named them for how they looked. There was the gate, and the hoop, and the flag. There was the hoop with a tail. There was the kicker, the eel, the post and the bucket. There were the geese, flying the way geese fly, and the teeth, and the cross, and the fork. Last of all there was the lightning. Pru could say them in her sleep. It was like knowing the faces of thirteen people and never once hearing them speak.

"Please, sir," she had said, in her third autumn, "which of them are mine?"

Mr. Furze counted something on his fingers, and looked sorry.

"Stott," he said. "Pru Stott. Well, now. Every bit of you comes after M. But we shall get to it."

"When, sir?"

"In the winter," said Mr. Furze.

3. The Wend Gets Up

In Pru's fourth year the Wend got up early. On the last crossing the water was as brown as tea and the rope hummed. It was Pru's turn to bring home the hornbook, and she had it buttoned in her coat with the handle under her chin.

"What's your letter?" said Madge.

"M," said Pru. "For mud."

"M. Mud." Madge bit it, and found it good. Then she waited. She waited every year, on the last day, with her thumb on the rope and her head on one side, as if there might be another one coming. Pru had seen her do it three times and thought nothing of it. Now she thought something.

"That's all there is, Madge," she said. "That's as far as it goes."

"Ah," said Madge. "Well. It's a good one." And she pulled them home.

So Pru watched her. When the others had jumped off, Madge opened the toll-book to close the year. Caleb's father counted up the pennies for her and wrote the sum. Then Madge took the pencil in her fist and signed. She made two strokes, one over the other, and that was her mark.

It came to Pru then, all in a lump, the way a sack comes off a cart. Madge was not keeping the children sharp. Madge was shopping.

She said so to nobody. The Wend lay down on the fields, and there was a boat tied to every back door, and the hens moved upstairs.

It was Pru's job, in flood, to take the milk around by punt. The ferry house came last. Madge would take the can in at the door and hand out yesterday's, and sometimes, if it was bitter, she would say, "You had better have something hot." Then Pru's boots steamed by the fire while Madge made tea in a dented saucepan. Madge had no kettle. It was a matter of principle. Nobody on the Mudside was brave enough to ask which one.

One evening in February it snowed on the flood. Pru knocked, and nobody came, and her fingers hurt, so she put her head in.

Madge sat at the table with her back to the door. In front of her was a sheet of paper gone soft as cloth, and she was bent so low over it that her cap was nearly in the candle. Her left thumb was pressed flat on the page. The other hand was moving along, and she was talking to it.

"D," she was telling the paper. "E. A. Something. M, A, D, G, E. That's me. That's Madge, that is."

The milk can clanked. Madge turned round. Her face went red, and then white, and then it seemed to give up.

"Well, shut the door," she said. "You're letting the snow read it."

4. Hag

"It's from my sister," said Madge.

Pru had not known there was a sister.

"Nell. She kept the ferry with me. I had one end of the rope and she had the other. Then we quarrelled, and she went off down the river, and she took the kettle."

"What did you quarrel about?"

"The kettle," said Madge. "And I said a thing, and she said a thing. And a year after that, this came." She smoothed the paper. Her left thumb never moved. "It came sewn shut with green wool. Nell always sews a thing shut. I could have had the postmaster read it to me. But he reads aloud in the shop, with voices. I was not going to have Nell done in a voice. So I thought, I'll learn. How long can it take? There's children going to and fro all day with their heads full of letters. I'll just charge them."

"How long did it take?"

"Eleven years," said Madge, "and I have got as far as M."

She turned the page so that it faced the fire. And because Pru too had got as far as M, this is what it looked like to Pru, with a dot for every letter that she did not have.

DEA. MADGE

I AM ..ILL C.... A.D .. A.E ...

I C..K .. A .AL. BA.GE ...

.E .A.. .... LA.DI.G EACH .EA. .. .HE FI... .IGH. .F MA.

IF ... .ILL (here was Madge's thumb) ME HA.G A LAM.

IF ... I .ILL G. B.

.ELL

"There's a lot of winter in it," said Pru.

"There is. But you can get the drift." Madge cleared her throat. She had plainly done this a great many times. "Dear Madge. I am ill. Then some winter. Then she's ill again, look, and then ill again down here. Three times. That's very ill. And then," and her voice went flat, "it says hate me. Hate me, hag."

"Hag?"

"H, A, something, G. It's plain enough. She was always rude." Madge sniffed. "And then it says, a lamb."

The fire ticked. Outside in the snow, something coughed. It was Ham.

"She asked you for a lamb," said Pru slowly.

"She was ill. You fancy things, when you're ill. So I got her one, in case she came. And she didn't come, and by the next spring it was a sheep. You can't hand a person a sheep who has asked for a lamb. So I got another." Madge looked at the window. "And so on."

Pru took the hornbook out of her coat, because its corner was digging into her, and laid it by the letter. She looked from the one to the other, and she looked longest at the last line. There was the gate, and then E, L, L.

"Madge, who is that? At the bottom?"

"That's Nell. She's left the front off."

"She has not left it off. It's the gate." Pru put her finger on it. "What does Nell begin with? Say it, and stop before you get to the end."

"Nnn," said Madge.

"Then that's what the gate says. It says nnn."

Madge looked at the door, as if Mr. Furze might come in over the flood with his cuffs rolled up.

"You can't just take a letter," she said. "You have to be given it."

"It's been in the house eleven years," said Pru. "And this one, at the top. Dea-something. Nobody begins a letter Deal Madge. It's Dear. The kicker says rrr."

It was very quiet. Two of the thirteen had spoken. Pru ran her finger down the page, hunting for gates.

"Here's one. H, A, gate, G. Madge, it isn't hag. She never called you hag. It's hang."

"Hang," said Madge. She thought it over. "Hang a lamb?"

5. A Letter a Week

Pru would have taken the rest that night, but Madge folded up the paper. "A letter a week," she said. "That's how it's done." Pru saw that you could want to know a thing for eleven years and still not want to know it all at once.

So it went by weeks. On Sundays Pru did the milk early, and the saucepan was on, and the paper was on the table with Madge's thumb upon it.

The second week they took nothing, but they made a rule, and it was Pru who made it. "A dot can't be a letter we've got," she said. "If it was a B, it would be a B. So that is not a lamb."

"Not a lamb?"

"Lam-flag. I don't know what the flag says. But it doesn't say B."

Madge got up and looked out of the window for a time. "Eleven sheep," she said faintly.

The third week they took two. It was F, I, kicker, eel, post, and Pru walked up and down the kitchen saying fir, fir, fir, until Madge said, "First," and clapped her hand on her mouth as if it had slipped out in church. So the eel said sss, and the post said t. They hunted eels and posts all up the page, and found an eel and a post side by side, at the front of the word that was ILL.

"St-ill," said Pru. "Still. I am still. Madge! She isn't ill!"

Madge sat down on the coal box.

"Eleven years," she said, "I have been sorry for that woman."

The next week it thawed, and it was C, kicker, hoop, eel, eel. I AM STILL CROSS, said the letter. Madge laughed until she had to hold the table. "That's her," she said, wiping her eyes with the wrong hand, because the left thumb had its work to do. "Oh, that's her. I couldn't see her in it, before. That's Nell walking in at the door." And after that it said AND SO ARE, and then fork, hoop, bucket, and they both said "You!" at once.

AND SO ARE YOU. "I was," said Madge. "I am," she said. But she did not say it very hard.

Some weeks they took one, and some weeks they took none, and drank their tea. March went out. The teeth turned out to say w, which made WILL of the other two ills, and then nobody in the letter was unwell at all. The boats at the back doors began to sit on the mud at noon. In April Madge took her lamb from Caleb's father, the twelfth, out of habit, and it slept in a box by the fire and had no name. L was the next letter, but she could not settle.

And then one Sunday there was only the flag left.

"Flag, A, eel, eel," said Pru. "We something your landing. Not lass, not mass, we've got those. Pass. We pass! It says p." She grabbed Madge's arm. "So it isn't a lamb, it's a lamp."

"Lamp," said Madge. She looked at the box by the fire, where a small black nose was sticking out. "Well," she said, "it's near enough."

So the lamb was called Lamp, and it was the first of Madge's sheep to have a winter letter in it.

Pru poled home that night with her mouth shut tight. She had been counting something on her fingers, under the table, since February, and now she had all of it. At Eel Ditch there was a long bank of new mud, smooth as butter, with the moon on it. She stood up in the punt, took the pole in both hands, and wrote on the mud the whole of her name. Each letter was as long as a cow. By morning the Wend had lain down on it and wiped it out. That was all right. She knew where to get more.

6. Under the Thumb

On the last night of April they read it through.

Madge put on her good cap. Pru held the candle. Lamp stood on the hearth on four legs that did not agree with one another. Madge read, with her finger going along and her thumb on its place, and she did not stop once.

"Dear Madge. I am still cross and so are you. I cook on a salt barge now. We pass your landing each year on the first night of May. If you will hate me, hang a lamp. If not, I will go by. Nell."

"The salt barge," said Madge. "I see that barge. It comes down on the last of the high water, in the dark. I stand in the door there and I count its lights. I always think, there, that's the winter done. And it was her." She shook her head. "If you will hate me, hang a lamp. She wanted to know, did I hate her. And I hung no lamp! I never have one out till the rope goes back. Eleven years she's gone by, Pru, and looked, and it was dark. So she knew. I have been telling her eleven years that I don't hate her, and I never knew I was saying it."

She began to laugh. She got up, and she took Lamp by the front feet and danced it once around the kitchen, good cap and all, and then she went out to tell the sheep. Pru could hear her telling them, by name. "And tomorrow," Madge called in through the door, "she'll go by again, and I'll stand here in the lovely dark, and I won't hate her like anything!"

It was a good ending, but there was something in it like a crumb in a bed. If you hated a person, Pru thought, why would you light a lamp for her?

The letter was lying on the table. It lay quite flat, with nobody's thumb on it. In all those weeks Pru had never seen it so. She bent down with the candle. The paper was worn grey there, in an oval, and the oval was just the size of the thumb, and the word in the middle of it was H, A, something, E.

Hate was H, A, post, E. They had found a good many posts that winter. There was one in STILL, and one in SALT, and three in the line with FIRST and NIGHT. Pru knew a post when she saw one.

This was not a post. It was the geese.

There was no other in the whole letter. It had been under there all the time, the one letter in it that they had never taken, because Madge had thought she had it already. Pru ran through it, the way they always did. Not hake and not hale, for they were top row. Not hare, that was the kicker. Not hate.

Then she had it. Outside, Madge was laughing and the sheep were answering. Pru put the candle down, because it had begun to shake.

7. What's Your Letter?

She did not sleep. She lay under the roof with the hens and turned it over.

Nobody else knew. Nobody else on the Mudside could know. If Pru Stott kept her mouth shut, then Madge would stand in the door and be happy in the dark. It was only one letter. It was not even much of a letter, two strokes, leaning together at the foot.

But that was one end of the rope. At the other end there was a woman on a barge, with her eyes open, coming round the bend.

In the morning she poled to the ferry house with no milk. Madge was on her knees, scrubbing the step, and singing. She looked up and saw Pru's face.

"Well?" she said. "What's your letter?"

Pru took the chalk out of her pocket. She knelt down and drew it on the wet step, very small. V.

"That's the geese," said Madge. "I don't know that one. Where did you get it?"

"From under your thumb," said Pru.

Madge stayed there on her knees. Then she got up, and dried her hands, finger by finger, and went in. Pru heard the tin open. She heard the paper. She counted to forty, and then to forty again.

"H," said Madge's voice. "A." And then there was a long time. And then, so low that it might have been the river, "Have. If you will have me."

She came out past Pru and went round to the back, and when Pru followed, she was standing among the sheep with her hand on Ham.

"If you will have me, hang a lamp," said Madge. "If not, I will go by. And I stood there. I stood in that door and counted the lights. Eleven times she asked me could she come home, and eleven times I told her no."

"You didn't know," said Pru.

"She doesn't know I didn't know."

That was the worst of it, and Madge had gone straight there.

"Hang it tonight," said Pru at last.

"And say what? No, no, no, no, eleven times, and then yes? What sort of yes is that?" Madge's chin was not steady. "She'll have stopped looking. I would have. You ask a thing once, and you get your answer, and you stop."

Ham leaned on her. Pru looked at the letter in Madge's hand, the soft grey paper with the needle holes round the edge, because there was nowhere else to look. She had spent a whole winter on the winter letters. She had hardly glanced at the rest.

"There," she said. "What's that word?"

"Each," said Madge. "Each year."

"E, A, C, H. It's top row, Madge. It's all top row. You've had that one from the start."

"What of it?"

"Nobody puts EACH," said Pru, "if she only means to ask once."

The geese were going over, a long way up. Kale pulled at some grass. Madge read the word again, with her lips moving, though she had known it for eleven years.

"There's no oil," she said.

Pru was already running.

8. The First Night of May

Caleb Gill's mother had oil. Caleb Gill came with it, since nobody had told him not to.

"What's it for?" he said.

"A lamp."

"What's the lamp for?"

"For somebody to see," said Pru. "Pole faster."

The landing post was up to its waist in the Wend, and the hook was at the top. Caleb went up it like a squirrel, with the lamp in his teeth. On the way he found a place that he had missed, and would have got out his knife, but Pru said his name in a certain way. He hung the lamp. He lit it. At dusk it burned as yellow as an egg.

Then the fog came down.

It came up off the water and down off the hill and met in the middle. First Overwend was gone, and then the river was gone, and then the post was gone, and there was only a yellow egg hung up on nothing. Pru walked ten steps along the bank and looked back, and there was no egg.

"It'll lift," said Caleb.

It did not lift. They stood on the bank, the three of them, and the fog stood on the bank with them. An hour went by. Madge had on her good cap, and it dripped. She had said nothing for so long that Pru jumped when she spoke.

"There."

It was far off and upstream, a wooden sound, a knock and a creak, a knock and a creak. It was a long oar working on a big boat, out in the middle where the water was deep, and it was coming on quickly.

"Here!" shouted Pru. "Here! Here!" The fog took it and put it in a drawer. Caleb bellowed his own name, which was what came to him. A knock and a creak. A knock and a creak. There was not one light to count, and if they could not see a barge with all its lamps, no barge could see one lamp on a post. It was level with them now, or nearly. Then it would be past, and that would be twelve.

Madge turned round and walked into the house.

"Madge!" cried Pru. "Don't!"

She came out again with the dented saucepan in one hand and an iron spoon in the other. She planted her boots. And she beat that saucepan as she beat it every evening of the year, when it meant only one thing, and the thing was turnips.

The sheep had had their turnips. But they were not sheep to argue. Ada began it. Bell took it up, and Clem, and Delia, and Edie, and they came round the house at a gallop, with Fig and Gem behind them, and Ida and Jack and Kale, all shouting, and Ham, who shouted loudest because he feared the worst. From the kitchen, thin as a tin whistle, came Lamp. A sheep in a fog does not sound like a sheep. It sounds like somebody's uncle falling down a well. Eleven of them sounded like a town.

Madge beat the pan, and the sheep roared. Then she stopped, and they stopped, and everybody listened.

There was no knock. There was no creak.

Out on the water a man's voice said something short. Another voice answered it, and that one went on for longer. There was a splash, and a bump, and then a new sound, small and quick and rather angry. Somebody was rowing.

Madge dropped the spoon.

The little boat came out of the fog right under the lamp and ran up on the mud. In it sat a broad woman with a sack on her knees. Her hands were like spades. She looked up at the yellow light for a good long while, and then she looked at Madge.

"You took your time," said Nell.

"I could only read as far as M," said Madge.

9. Quarrel

They did not fall on each other's necks. They were Bickles. Nell got out, and sank in to the knee, and Madge put out a hand, and Nell took it, and Madge pulled. She was used to pulling. When Nell was out of the mud, it was a while before anybody remembered to let go.

"I couldn't see a thing out there," said Nell. "I didn't know if we'd come to you or gone by you. Then I heard those sheep. I know those sheep. Every year I've come down past here in the dark, and every year there was one more. I used to count them. I thought, well, she's getting on all right without me." She peered about her. Eleven faces peered back. "What do you want with so many?"

"They're not mine," said Madge. "They're yours."

"Mine? What would I do with sheep?"

"You asked for a lamb."

"I never asked for a lamb in my life!"

"You did, as far as M," said Madge, and they went in, arguing. Caleb, who had not followed any of it, said to Pru that if this was them making it up, he would like to have heard the quarrel.

In the kitchen Nell opened her sack, and took out the kettle, and set it on the table without a word. Madge looked at it without a word. She filled it and hung it over the fire. All four of them watched it.

"It's slower than the pan," said Madge.

"It always was," said Nell.

While they waited, Pru fetched the hornbook. She had stuck a pin in the oak under each winter letter as they took it, so that ten of them had a small hole. Three had none.

"You didn't put these in," she said to Nell, "so we couldn't take them. Do you know them?"

"I should hope so. I learned off a sailmaker at the salt port, winters, and he taught me right to the wall." Nell put her finger on the hoop with a tail. "That's Q."

"What's it for?"

"Quarrel," said Nell.

"We've done without it," said Madge.

"We have not," said Nell.

Pru put in the pin. "And the lightning?"

"Z. You hardly want it. It's the noise your aunt Madge makes in bed."

"I'm not her aunt, and I make no noise."

"And that one," said Nell, and moved her finger back, "is X."

Madge leaned in to look. She looked for some time. "That's only my mark," she said. "That's what I put in the toll-book. Two strokes, one over the other. I've made that for thirty years."

"Well, it's X. It's a letter like any other. It's nearly the last there is."

"I had a winter letter," said Madge slowly. "I had one all along, and nobody said." She held out her hand for the pin, and put that hole in herself. Then the kettle boiled, all at once and much too hard, and they both got up to see to it, and both told the other to sit down.

10. October

In the second week of May the rope went back across the river. Pru went over on the first crossing, with the hornbook in her coat, and gave it to Mr. Furze at the schoolroom door.

"And did you practise your letters?" said Mr. Furze, as he did each year. Then he looked down. He was a tidy man, and he noticed marks. He saw the bottom row, with thirteen pinholes under it and a good deal of jam. He saw a thumbprint, a very broad one, on the V.

"Miss Stott," he said, and stopped. "How far had you got, when I gave you this?"

"As far as M, sir."

"And the others?"

"As far as M, sir."

"And their fathers and mothers?"

Pru told him about the Hehi.

Mr. Furze sat down on the school step, which was not at all clean, and stayed there until the bell.

On the first Monday in October there were six children for the ferry. The new one was the smallest of the Hill boys, who had never been to school and had hold of Pru by the sleeve. Madge had one end of the rope, and Nell had the other. On the bank stood eleven sheep and most of a twelfth.

"What's your letter?" said Madge to the Hill boy.

He shook his head. He hadn't got any.

"He can have one of mine," said Pru. "Have S."

"S," said the boy. He thought. "For sheep."

"S. Sheep," said Madge, and bit it, and nodded.

"He'd do better with C," said Nell. "You get more with a C."

"He's paid. Pull your end."

In the schoolroom Mr. Furze, with his cuffs very straight, took up the chalk and wrote on the board a large N. An Overwend girl in the front put up her hand.

"Please, sir, that's the middle. You said it wasn't fair to begin in the middle."

"I did say so," said Mr. Furze. "Now, then. N."

All that day Pru had a nail in her pocket. It had been there since May. She had thought all summer about where her name should go, and going home that evening she walked round the ferry from end to end. CALEB GILL was on the rail. CALEB GILL was on the floor, the bench, the post and the pole. There was no plain board left on the boat as long as her hand.

Caleb watched her do it. He got out his knife. He picked a good one, on the front rail where your hand goes when you help with the rope, and he shaved it off, curl by curl, until the wood was white.

"I've got forty-one," he said. "I can spare it."

So Pru knelt down, and set the nail to the wood. The Wend went by, low and quiet in its bed. Behind her Madge said that they were drifting, and Nell said that they were not. She took her time. The hoop came out more like a turnip, and the eel had to be done twice, but nobody could have taken it for anything else. Flag, kicker, bucket. Eel, post, hoop, post, post.
`;
