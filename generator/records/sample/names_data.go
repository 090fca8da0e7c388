package sample

import "strings"

// The lists hold common names only, without any person in mind. Names with a space in them are
// written with a low line.
func words(list string) []string {
	names := strings.Fields(list)
	for i := range names {
		names[i] = strings.ReplaceAll(names[i], "_", " ")
	}
	return names
}

var communities = []community{
	{share: 300, compose: western, given: englishGiven, family: words(`
		Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Thomas Moore Jackson Martin Thompson
		White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Baker Nelson Hall
		Campbell Mitchell Carter Roberts Turner Phillips Parker Evans Edwards Collins Stewart Morris Murphy Cook Rogers
		Morgan Cooper Peterson Reed Bailey Kelly Howard Ward Cox Richardson Wood Watson Brooks Bennett Gray Hughes Price
		Myers Foster Sanders Ross Long Powell Jenkins Perry Russell Sullivan Bell Coleman Butler Henderson Barnes Fisher
		O'Brien O’Connor O'Neill D'Angelo McDonald MacLeod McCarthy Fitzgerald St._John Van_Dyke van_der_Berg de_Vries
		Schmidt Müller Schröder Weiß Köhler Larsen Sørensen Åkesson Lindström Kowalski Wójcik Nowak Dvořák Horváth
		Rossi Esposito De_Luca Di_Marco Dubois Lefèvre Beaumont Ferreira Gonçalves Papadopoulos Goldberg Katz Levy`)},
	{share: 340, compose: spanish, given: words(`
		José María Juan Luis Guadalupe Ana Carlos Jesús Rosa Miguel Francisco Sofía Alejandro Verónica Jorge Leticia
		Ángel Beatriz Ramón Concepción Óscar Inés Raúl Lucía Andrés Mónica Fernando Yesenia Sergio Xóchitl Héctor
		Araceli Rubén Patricia Martín Elena Tomás Gabriela Iván Esperanza Víctor Norma Adrián Marisol Julio Graciela
		Daniel Valentina Rodrigo Ximena Emilio Itzel Joaquín Teresa Agustín Noemí César Pilar Citlali Belén Íñigo
		María_Elena José_Luis María_de_los_Ángeles Juan_Carlos Ana_Lucía María_José`), family: words(`
		García Hernández Martínez López González Rodríguez Pérez Sánchez Ramírez Torres Flores Rivera Gómez Díaz Reyes
		Morales Cruz Ortiz Gutiérrez Chávez Ramos Ruiz Álvarez Mendoza Vásquez Castillo Jiménez Moreno Romero Herrera
		Medina Aguilar Vargas Castro Guzmán Méndez Fernández Muñoz Salazar Garza Soto Vega Delgado Peña Ríos Núñez
		Contreras Estrada Ávila Ibarra Cárdenas Zúñiga Ochoa Ayala Montoya Cervantes Meza Quiñones Güemes Yáñez Íñiguez
		de_la_Cruz de_la_Torre del_Río De_León de_los_Santos Xicohténcatl Tlatelpa Menchú Batz Ajanel Pop`)},
	{share: 65, compose: western, given: words(`
		DeShawn Aaliyah Malik Imani Jamal Keisha Tyrone Latoya Darnell Ebony Marquis Tanisha Terrell Shanice Andre
		Monique Reginald Yolanda D'Andre Ta'Shea Kiara Isaiah Nia Xavier Zaria Lamar Precious Cedric Renée`), family: words(`
		Washington Jefferson Booker Banks Gaines Dorsey Hairston Pettway Battle Sims Mosley Tyson Rucker Bolden Cobb
		Gadson Okafor Adeyemi Mensah Nwosu Tesfaye Bekele Osei Diallo Ndiaye Mwangi Achieng`)},
	{share: 60, compose: western, given: words(`
		Maricel Rodel Jhun Rowena Emmanuel Maria_Cristina Reynaldo Lourdes Jericho Analyn Ferdinand Imelda Rommel
		Divina Arnel Ligaya Bayani Luzviminda Crisanto Mutya Dalisay Jomar`), family: words(`
		dela_Cruz Santos Reyes Bautista Ocampo Villanueva Dimaculangan Macaraeg Magsaysay Panganiban Tolentino
		Pangilinan Dela_Peña Catacutan Manalo Lacsamana Dimayuga Agbayani Salonga Gatdula de_Guzmán Cabiling`)},
	{share: 45, compose: mixed, given: words(`
		Wei Xiuying Li-Hua Jian Mei-Ling Guowei Yan Xiaoming Hsin-Yi Chih-Hao Ka-Ming Siu-Fong Zihan Yuchen Ruoxi`), family: words(`
		Chen Wang Li Zhang Liu Huang Wu Lin Yang Zhao Xu Sun Ng Wong Chan Leung Cheung Kwok Tsai Hsieh Ou_Yang Szeto Lü`)},
	{share: 40, compose: vietnamese, given: words(`
		Anh Bình Châu Dũng Đức Giang Hạnh Hiếu Hoa Hương Khôi Lan Linh Mai Nam Ngọc Phương Quỳnh Sơn Thảo Thủy Trang
		Tuấn Uyên Vy Yến Đạt Ái`), family: words(`
		Nguyễn Trần Lê Phạm Huỳnh Hoàng Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Tôn_Nữ`)},
	{share: 25, compose: mixed, given: words(`
		Ji-Woo Min-Jun Seo-Yeon Hyun-Woo Eun-Ji Young-Ho Soon-Ja Kyung-Soo Hae-Won Joon`), family: words(`
		Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim Shin Oh Seo Kwon Hwang Yi Rhee Noh`)},
	{share: 20, compose: mixed, given: words(`
		Kenji Yuki Haruko Takeshi Aiko Hiroshi Sakura Shōta Jun'ichi Keiko Ren Miyuki Yūko Kōji`), family: words(`
		Tanaka Suzuki Satō Takahashi Watanabe Itō Yamamoto Nakamura Kobayashi Katō Yoshida Ōta Inoue Shimizu Ōnishi`)},
	{share: 15, compose: mixed, given: words(`
		Pao Mai Tou Yer Chue Kia Xue Pa_Houa Nhia Bao Kou Mee Tswb Paj_Ntaub Nkauj_Hli Txawj`), family: words(`
		Vang Xiong Yang Lor Moua Thao Her Vue Cha Yaj Vaj Xyooj Lis Hawj Tsab`)},
	{share: 10, compose: mixed, given: words(`
		Sophal Chanthy Bopha Dara Sokha Vanna Somchai Kannika Bounmy Khamla Phetsamone`), family: words(`
		Sok Chea Keo Prak Nhem Ouk Seng Phan Sayavong Phommachanh Vongsa Souvannaphoum Rattanavong Srisai`)},
	{share: 25, compose: mixed, given: words(`
		Priya Rahul Anjali Arjun Lakshmi Sanjay Harpreet Gurpreet Simran Jaspreet Ayesha Imran Farhana Venkata Meenakshi`), family: words(`
		Patel Singh Kaur Sharma Gupta Reddy Nair Iyer Khan Ahmed Das Chatterjee Subramanian Venkataraman
		Balasubramaniam Gill Sandhu Dhaliwal Krishnamurthy`)},
	{share: 15, compose: plain, given: words(`
		Armen Ani Hovhannes Lusine Tigran Siranush Vardan Anahit Garo Nazeli Sevak Hasmik`), family: words(`
		Hakobyan Petrosyan Sargsyan Ter-Grigoryan Karapetian Manukyan Der_Bedrossian Khachaturyan Mkrtchyan Bagdasarian`)},
	{share: 20, compose: plain, given: words(`
		Mohammad Fatima Ali Zahra Omar Leila Hassan Noor Reza Shirin Ahmad Maryam Yusuf Rania Abd_al-Rahman Dariush`), family: words(`
		Hosseini Karimi Al-Masri Haddad Khoury El-Sayed Ahmadi Tehrani bin_Khalid Abu_Zayd Nasser Mansour Sa'adeh
		Ben-David Mizrahi Yazdani Golestani`)},
	{share: 15, compose: plain, given: words(`
		Olga Dmitri Svetlana Oleksandr Natalia Ihor Yelena Volodymyr Ludmila Sergei Kateryna`), family: words(`
		Ivanova Petrenko Shevchuk Sokolov Kovalenko Bondarenko Volkov Melnyk Tkachenko Lysenko Morozova Zhukov`)},
	{share: 8, compose: plain, given: words(`
		Kalani Leilani Keoni Sione Mele Tavita Sina Ioane Malia Ka‘iulani Pōmaika‘i Losa Semisi`), family: words(`
		Kealoha Kahananui Tuilagi Fa‘amoe Tonga Taufa Leota Mālie Ka‘aihue Kekona Sopoaga`)},
	{share: 7, compose: plain, given: words(`
		Aiyana Chayton Winona Dakota Takoda Nizhoni Ahanu Sequoia Tallulah Kaya`), family: words(`
		Begay Yazzie Tsosie Running_Bear Two_Rivers Red_Elk Benally Littlefeather Standing_Elk Etsitty`)},

	{share: 4, compose: joined, given: words(`偉 秀英 麗華 志強 美玲 建國 曉明 淑芬 家豪 怡君 子涵 雨晨 国伟 丽娟 晓燕`), family: words(`陳 王 李 張 劉 黃 吳 林 楊 趙 歐陽 司徒 陈 张 刘 欧阳`)},
	{share: 3, compose: familyFirst, given: words(`健二 結衣 春子 翔太 愛子 さくら 浩 美由紀 蓮 ゆうこ タカシ`), family: words(`田中 鈴木 佐藤 高橋 渡邊 伊藤 山本 中村 小林 髙﨑 斎藤 五十嵐`)},
	{share: 3, compose: joined, given: words(`지우 민준 서연 현우 은지 영호 순자 경수 하늘`), family: words(`김 이 박 최 정 강 조 윤 장 남궁 황보`)},
	{share: 3, compose: plain, given: words(`محمد فاطمة علي زينب عمر ليلى حسن نور عبد_الرحمن مريم`), family: words(`الحسيني حداد خوري المصري السيد منصور ناصر أبو_زيد بن_خالد`)},
	{share: 3, compose: plain, given: words(`رضا شیرین داریوش پریسا کوروش نسرین مهدی گلنار`), family: words(`کریمی احمدی تهرانی یزدانی گلستانی موسوی ` + "می\u200cآبادی")},
	{share: 2, compose: plain, given: words(`יעל דוד רחל משה שרה אבי נועה יוסף`), family: words(`כהן לוי מזרחי פרץ ביטון בן-דוד אברג'יל`)},
	{share: 3, compose: plain, given: words(`Ольга Дмитрий Светлана Олександр Наталія Ігор Елена Людмила Сергей Пётр`), family: words(`Соколова Петренко Шевчук Коваленко Бондаренко Мельник Ткаченко Мамин-Уральский Журавлёва`)},
	{share: 2, compose: plain, given: words(`Արմեն Անի Հովհաննես Լուսինե Տիգրան Անահիտ Վարդան`), family: words(`Հակոբյան Պետրոսյան Սարգսյան Տեր-Գրիգորյան Մանուկյան`)},
	{share: 2, compose: plain, given: words(`प्रिया राहुल अंजलि अर्जुन लक्ष्मी संजय कृष्णा`), family: words(`पटेल सिंह शर्मा गुप्ता चतुर्वेदी त्रिपाठी`)},
	{share: 2, compose: plain, given: words(`ਹਰਪ੍ਰੀਤ ਗੁਰਪ੍ਰੀਤ ਸਿਮਰਨ ਜਸਪ੍ਰੀਤ`), family: words(`ਕੌਰ ਸਿੰਘ ਗਿੱਲ ਸੰਧੂ`)},
	{share: 1, compose: plain, given: words(`Γιώργος Ελένη Νίκος Μαρία Κωνσταντίνος`), family: words(`Παπαδόπουλος Νικολάου Οικονόμου Βασιλείου`)},
	{share: 1, compose: familyFirst, given: words(`សុផល បុប្ផា តារា វណ្ណា`), family: words(`សុខ ជា កែវ ប្រាក់`)},
	{share: 1, compose: plain, given: words(`สมชาย กรรณิการ์ ธิดา ศักดิ์`), family: words(`ศรีสุข รัตนวงศ์ บุญมี แก้วใส`)},
	{share: 1, compose: plain, given: words(`தமிழ்ச்செல்வி முருகன் லட்சுமி கார்த்திக்`), family: words(`சுப்பிரமணியன் கிருஷ்ணன் ராமசாமி`)},
	{share: 1, compose: plain, given: words(`ተስፋዬ አልማዝ ሰላም በቀለ`), family: words(`ገብረማርያም ታደሰ ኃይሉ ወልዴ`)},
	{share: 4, compose: alone, given: words(`Thiri Sukarni Wijaya Mahmuda Ngodup Tenzin Aung Budiman Zarmina Sohaila Ko Ei`)},
}

var englishGiven = words(`
	James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica
	Thomas Sarah Christopher Karen Daniel Lisa Matthew Nancy Anthony Betty Mark Sandra Steven Ashley Paul Kimberly
	Andrew Emily Joshua Donna Kenneth Michelle Kevin Carol Brian Amanda George Melissa Timothy Deborah Ronald Stephanie
	Jason Rebecca Edward Sharon Jeffrey Laura Ryan Cynthia Jacob Kathleen Gary Amy Nicholas Angela Eric Shirley Jonathan
	Anna Stephen Brenda Larry Pamela Justin Emma Scott Nicole Brandon Helen Benjamin Samantha Chloë Zoë Seán Siobhán
	Anne-Marie Jean-Paul Mary_Ann Jo_Ann Billie_Jo Jordan Taylor Casey Riley Quinn Avery Rowan`)

var suffixes = words(`Jr. Sr. II III IV Jr`)

var vietnameseMiddle = words(`Thị Văn Ngọc Minh Hữu Thanh Kim Quốc Xuân Bảo Đình Gia`)

// unusualNames are the names of the first records: shapes that break pages, sorting and searching.
var unusualNames = []string{
	"Rosalind Hargreaves",
	"Ximena Núñez-Quiñones de la Torre",
	"Seán Ó Maolagáin",
	"Ngozi",
	"Anneliese Großkreutz-Øvergård",
	"Đặng Thị Quỳnh Giang",
	"Beatriz D’Angelo O'Halloran",
	"Leilani Ka‘aihue-Kealoha",
	"Casimir Przybyszewski-Wąchocki III",
	"欧阳雨晨",
	"Hyun-Woo Namgung",
	"남궁서연",
	"五十嵐 ゆうこ",
	"عبد الرحمن أبو زيد",
	"شیرین می\u200cآبادی",
	"נועה בן-דוד",
	"Светлана Журавлёва",
	"Լուսինե Տեր-Գրիգորյան",
	"लक्ष्मी चतुर्वेदी",
	"ਹਰਪ੍ਰੀਤ ਕੌਰ ਸੰਧੂ",
	"தமிழ்ச்செல்வி சுப்பிரமணியன்",
	"สมชาย รัตนวงศ์",
	"បុប្ផា ប្រាក់",
	"አልማዝ ገብረማርያም",
	"Ελένη Παπαδοπούλου",
	"Paj Ntaub Xyooj",
	"Luzviminda Dimaculangan y Macaraeg",
	"Ma. Cristina Dela Peña",
	"Bo O",
	"Jo Ng",
	"A. J. St. John-Smythe, Jr.",
	"J. R. R. Underhill",
	"María Guadalupe Esperanza de los Ángeles Concepción Inmaculada Fernández-Villanueva de la Santísima Trinidad Gutiérrez y Montenegro de los Ríos",
	"Venkatanarasimharajuvaripeta Balasubramaniam Krishnamurthy Subramanian Venkataraman Ramanathapuram Lakshminarayanan Anantha Padmanabhaswamy Thiruvananthapuram Satyanarayana Chandrasekharendra Saraswati Kodandaramaiah Vijayalakshmi Ranganathaswamy Iyer",
	"Taumatawhakatangihangakoauauotamatea Wharepapa",
	"Jose\u0301 Nu\u0301n\u0303ez Iba\u0301n\u0303ez", // accents as marks of their own (NFD)
	"Jose Nunez Ibanez",
	"José Núñez Ibáñez",
	"jamila al-masri",
	"DEBORAH MCALLISTER",
	"Jean-Luc de la Fontaine-d'Aubigné",
	"Zoë Åström Ćwikła",
	"Ifeoma Ọlábísí Adébáyò",
	"Mele Fa‘amoe Tuilagi",
	"Robert Two Rivers",
	"𠮷田 翔太",
	"Wei Chen (陳偉)",
	"Awa N'Diaye",
	"Jun'ichi Ōnishi",
	"Alma Null",
	"Ana María",
	"Ana Maria",
}
