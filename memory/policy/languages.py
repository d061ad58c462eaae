"""Words of other languages than English: what they veto, and which class they would propose.

They never open anything. Words are spelled as `words.fold` leaves them: small, without accents.
Where a script puts no blanks between words, what is listed is looked for anywhere in the text.
"""

from collections.abc import Mapping
from types import MappingProxyType

from memory.policy.vocabulary import PurposeClass, listed

# German, Spanish, French, Portuguese, Italian, Dutch.
VETOES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "de": listed("""
            werbung werbe werbezwecke werbeanzeige werbeanzeigen werbekampagne vermarktung verkauf
            verkaufen datenverkauf weiterverkauf datenhandel datenhandler adresshandel
            profilbildung profiling nutzerprofil nutzerprofile bonitat bonitatsprufung
            bonitatsbewertung kreditwurdigkeit kredit kreditvergabe versicherungstarif
            versicherungspramie scoring betrug betrugserkennung uberwachung uberwachen ausspahen
            polizei staatsanwaltschaft finanzamt bewerber bewerberauswahl mitarbeiteruberwachung
            leistungsbewertung personalabteilung marktforschung forschung auswertung
            trainingsdaten modelltraining datensatz datensatze inkasso schulden schuldner
            wahlkampf wahlwerbung mieterauswahl preisdiskriminierung ueberwachung ueberwachen
            bonitaet bonitaetspruefung kreditwuerdigkeit datensaetze datenhaendler verkauft
            verkaufe kredite politisch politische politischen
        """),
        "es": listed("""
            publicidad publicitario publicitaria publicitarios publicitarias anuncio anuncios
            mercadotecnia promocion promociones venta ventas vender terceros perfilado perfilar
            puntuacion crediticia crediticio credito creditos solvencia aseguradora fraude
            vigilancia vigilar espiar policia fiscalia gobierno contratacion despido despidos
            empleados candidatos investigacion estadisticas cobranza deuda deudas deudores
            electoral elecciones votantes desahucio inquilinos vendido vendemos contratar analizar
            politica politico
        """),
        "fr": listed("""
            publicite publicites publicitaire publicitaires annonceurs demarchage prospection
            vente ventes vendre revente revendre courtier courtiers profilage solvabilite
            assurance assurances assureur assureurs fraude fraudes espionner policier gendarmerie
            tribunal gouvernement embauche recrutement licenciement licenciements statistiques
            recouvrement dette dettes electorale elections electeurs locataires tarification
            recruter embaucher surveiller analyser politique politiques
        """),
        "pt": listed("""
            publicidade publicitario publicitaria anuncios propaganda promocao promocoes venda
            vendas vender perfilamento pontuacao seguradora fraudes vigilancia vigiar espionar
            governo contratacao demissao demissoes funcionarios candidatos estatisticas cobranca
            divida dividas devedores eleitoral eleicoes eleitores despejo inquilinos analisar
            politica
        """),
        "it": listed("""
            pubblicita pubblicitario pubblicitaria annunci vendita vendite vendere rivendita
            profilazione creditizio creditizia solvibilita assicurazione assicurazioni frode frodi
            sorveglianza sorvegliare spiare polizia governo licenziamento dipendenti candidati
            statistiche debito debiti debitori elettorale elezioni elettori inquilini politica
        """),
        "nl": listed("""
            reclame advertentie advertenties verkoop verkopen doorverkoop profilering
            kredietwaardigheid krediet verzekering verzekeraar fraude toezicht bespioneren politie
            overheid werving sollicitanten ontslag werknemers statistieken incasso schulden
            verkiezingen kiezers huurders marktonderzoek
        """),
    }
)
# Japanese, Chinese in both scripts, Korean.
VETOES_WITHIN: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "ja": listed("""
            広告 宣伝 マーケティング 販売 売却 第三者 プロファイリング 信用スコア
            スコアリング 与信 融資 審査 保険 監視 警察 検察 政府 採用 人事 解雇 統計
            学習データ 機械学習 モデルの訓練 債務 督促 選挙 政治 不正利用 不正検知 市場調査
            データ分析 行動分析 研究目的 販促 ターゲティング 売買
        """),
        "zh": listed("""
            广告 廣告 营销 營銷 行銷 推销 销售数据 出售 贩卖 出卖 第三方 信用评分
            信用評分 信用评估 信贷 贷款 保险 保險 欺诈 风控 监控 監控 警察 政府 招聘
            裁员 绩效 统计 統計 数据集 训练模型 模型训练 訓練模型 模型訓練 催收 债务 选举
            選舉 公安局 公安机关 用户画像 人群画像 用戶畫像 市场研究 数据分析 行为分析 販賣
            推銷 貸款 信貸 欺詐 裁員 績效 數據集 銷售數據
        """),
        "ko": listed("""
            광고 마케팅 판매 제3자 프로파일링 신용 감시 경찰 채용 해고 통계 학습데이터
            추심 채무 선거 대출심사 데이터분석
        """),
    }
)

PROPOSED: Mapping[PurposeClass, frozenset[str]] = MappingProxyType(
    {
        PurposeClass.CONTENT_GENERATION: listed("""
            schreiben verfassen entwurf entwerfen antwort antworten beantworten zusammenfassen
            zusammenfassung ubersetzen ubersetzung text texte inhalt inhalte geschichte erstellen
            redactar escribir borrador correo correos respuesta respuestas responder resumir
            resumen traducir traduccion contenido contenidos cuento generar
            rediger ecrire brouillon courriel reponse reponses repondre resumer traduire
            traduction contenu histoire generer
            redigir escrever rascunho resposta respostas resumo traduzir traducao conteudo
            historia gerar
            scrivere bozza risposta rispondere riassumere riassunto tradurre traduzione contenuto
            schrijven concept antwoord antwoorden samenvatten samenvatting vertalen vertaling
        """),
        PurposeClass.RECOMMENDATION: listed("""
            empfehlen empfehlung empfehlungen vorschlagen vorschlag vorschlage vorschlaege finden
            suche suchen auswahl geschenkidee geschenkideen passende
            recomendar recomendacion recomendaciones sugerir sugerencia sugerencias buscar
            encontrar ideas regalo
            recommander recommandation recommandations suggerer suggestion suggestions proposer
            trouver chercher idees cadeau
            recomendacao recomendacoes sugestao sugestoes procurar ideias presente
            consigliare consigli raccomandare raccomandazioni suggerire suggerimenti trovare
            cercare idee regalo
            aanbevelen aanbeveling aanbevelingen suggesties zoeken vinden ideeen cadeau
        """),
        PurposeClass.SCHEDULING: listed("""
            termin termine terminplanung terminkalender kalender planen besprechung verabreden
            zeitplan zeitfenster verfugbarkeit
            agendar programar cita citas reunion reuniones calendario horario disponibilidad
            planifier planification rendez calendrier horaire horaires disponibilite
            agenda reuniao reunioes compromisso horarios disponibilidade
            pianificare appuntamento appuntamenti riunione riunioni calendario orario
            plannen afspraak afspraken vergadering agenda rooster beschikbaarheid
        """),
        PurposeClass.TASK_EXECUTION: listed("""
            buchen buchung reservieren reservierung bestellen bestellung kaufen bezahlen ausfuhren
            erledigen stornieren
            reservar reserva pedir pedido comprar pagar ejecutar cancelar
            reserver commander commande acheter payer executer annuler
            encomendar executar
            prenotare prenotazione ordinare acquistare pagare eseguire
            boeken boeking reserveren bestellen kopen betalen uitvoeren
        """),
        PurposeClass.NOTIFICATION_DELIVERY: listed("""
            benachrichtigen benachrichtigung benachrichtigungen erinnern erinnerung erinnerungen
            mitteilung mitteilungen senden verschicken hinweis
            notificar notificacion notificaciones recordatorio recordatorios recordar aviso avisos
            enviar alerta alertas
            notifier notification notifications rappel rappels rappeler envoyer avertir alerte
            notificacao notificacoes lembrete lembretes lembrar
            notificare notifica notifiche promemoria ricordare inviare avviso
            melden melding meldingen herinnering herinneringen herinneren versturen
        """),
        PurposeClass.UI_RENDERING: listed("""
            anzeigen anzeige darstellen darstellung benutzeroberflache oberflache schriftgrosse
            design ansicht einstellungen
            mostrar visualizar interfaz pantalla ajustes configuracion tema
            afficher affichage ecran parametres theme
            exibir tela configuracoes
            mostrare visualizzare interfaccia schermata impostazioni
            weergeven weergave scherm instellingen thema tonen
        """),
    }
)
PROPOSED_WITHIN: Mapping[PurposeClass, frozenset[str]] = MappingProxyType(
    {
        PurposeClass.CONTENT_GENERATION: listed("""
            下書き 作成 生成 文章 返信 回答 要約 翻訳 コンテンツ 撰写 写作 写一 草稿 回复 回覆 总结
            摘要 翻译 翻譯 内容 작성 생성 답장 답변 요약 번역 초안 콘텐츠
        """),
        PurposeClass.RECOMMENDATION: listed("""
            おすすめ お勧め 推薦 提案 推荐 建议 建議 查找 搜索 추천 제안 검색
        """),
        PurposeClass.SCHEDULING: listed("""
            予定 日程 会議 カレンダー スケジュール 空き時間 日历 日曆 会议 會議 安排 行程
            일정 회의 캘린더 예약시간
        """),
        PurposeClass.TASK_EXECUTION: listed("""
            予約 注文 購入 支払 実行 预订 預訂 订购 购买 支付 下单 执行 예매 예약
            주문 구매 결제 실행
        """),
        PurposeClass.NOTIFICATION_DELIVERY: listed("""
            通知 リマインダー リマインド アラート お知らせ 提醒 警报 알림 알려 통지 리마인더
        """),
        PurposeClass.UI_RENDERING: listed("""
            表示 画面 インターフェース 設定画面 显示 顯示 界面 设置 主题 표시 화면 인터페이스 설정
        """),
    }
)
