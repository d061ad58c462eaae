"""Families of words that no purpose may hold, whatever else its text says.

A veto can only deny, so these tables are wide where those of the classes are narrow. They are
policy as those are: every form is written out and reviewed by eye, and they are part of
POLICY_VERSION.
"""

from collections.abc import Mapping
from types import MappingProxyType

from memory.policy.vocabulary import listed

# Families of words, each with what it is about, as the documentation names it.
WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "advertising and marketing": listed("""
            ad ads adtech advert adverts advertise advertises advertised advertising advertiser
            advertisers advertisement advertisements advertize advertizes advertized advertizing
            advertizer advertizers marketing marketer marketers telemarketing remarketing
            martech promo promos promote promotes promoted promoting promotion promotions
            promotional campaign campaigns campaigning sponsor sponsors sponsored sponsoring
            sponsorship sponsorships retarget retargets retargeted retargeting targeted
            targeting microtargeting audience audiences lookalike lookalikes segment segments
            segmented segmenting segmentation segmentations affiliate affiliates affiliated
            influencer influencers loyalty outreach upsell upsells upselling crosssell
            crosssells crossselling prospect prospects prospecting funnel funnels churn
            retention monetize monetizes monetized monetizing monetization monetise monetises
            monetised monetising monetisation impressions clickthrough clickthroughs clickbait
            spam spammer spamming crm newsjacking astroturfing publicity commercials coupon
            coupons giveaway giveaways sweepstakes reactivate reactivates reactivated
            reactivating reactivation reengage reengages reengagement reengaging dormant lapsed
            willpower impulse addictive addiction virality viral demographic demographics
            branding advertorial adware mailing mailings telesales blast blasts seo attribution
            placement placements freemium paywall touchpoint touchpoints pitches pitched
            pitching spender spenders spammed spams spammers promoter promoters telemarketer
            telemarketers marketed addicts reengaged campaigned churning upsold leads
            testimonial testimonials incentive incentives incentivise incentivize campaigner
            campaigners upcharge
        """),
        "sale and brokering": listed("""
            sell sells selling sold seller sellers resell resells reselling resold reseller
            sales resale resales salesforce salespeople broker brokers brokered brokering
            brokerage brokerages vendor vendors bidder bidders bidding rtb auction auctions
            licensing commercialize commercializes commercialized commercializing
            commercialization commercialise commercialised commercialising commercialisation
            dump dumps dumping syndicate syndicates syndicating syndication liveramp acxiom
            experian equifax transunion schufa palantir buyers purchasers profit profits
            profitable ltv clv rfm elasticity surge enrich enriches enriched enriching
            enrichment revenue revenues profitability auctioned auctioning profited dumped
            syndicated licensed resellers
        """),
        "training and data sets": listed("""
            finetune finetunes finetuned finetuning dataset datasets corpus corpora rlhf
            pretrain pretrains pretrained pretraining embeddings eval evals evaluation
            evaluations benchmark benchmarks benchmarking annotate annotates annotated
            annotating annotation annotations annotator annotators distill distills distilled
            distilling distillation scrape scrapes scraped scraping scraper scrapers crawl
            crawling crawler crawlers ingest ingests ingested ingesting ingestion debug debugs
            debugged debugging hyperparameter hyperparameters backtest backtests backtesting
            synthetic supervised tokenizer overfitting evaluate evaluates evaluated evaluating
            evaluator embedding crawled crawls supervise distil retrain retrains retrained
            retraining ablation ablations vectorize vectorise featurize featurise crowdsource
            crowdsourced crowdsourcing holdout
        """),
        "profiling and inference about people": listed("""
            profiling profiled profiler profilers psychographic psychographics psychometric
            psychometrics psychological dossier dossiers infer infers inferred inferring
            inference inferences deduce deduces deduced deducing deduction predict predicts
            predicted predicting prediction predictions predictive predictor classify classifies
            classified classifying classification classifications classifier classifiers
            categorise categorises categorised categorising categorisation categorize
            categorizes categorized categorizing categorization cluster clusters clustered
            clustering cohort cohorts traits propensity propensities susceptible susceptibility
            likelihood ethnic ethnicity ethnicities racial religion religions sexuality
            biometric biometrics diagnose diagnoses diagnosed diagnosing diagnosis manipulate
            manipulates manipulated manipulating manipulation manipulative persuade persuades
            persuaded persuading persuasion persuasive deceive deceives deceived deceiving
            deception deceptive vulnerable vulnerability vulnerabilities persuadable
            persuadability temperament psyche stereotype stereotypes stereotyping deanonymize
            deanonymise reidentify reidentification religious affinity affinities ideology
            ideological characterise characterises characterize characterizes trait ideologies
            predictors stereotyped temperaments characterised characterized characterizing
            deanonymized deanonymizing deanonymization reidentified weakness weaknesses
            insecurities insecurity nationality nationalities caste castes immigrant immigrants
            minorities minority psych
        """),
        "scoring, credit, insurance and pricing": listed("""
            score scores scored scoring scorecard scorecards credit credits creditor creditors
            creditworthy creditworthiness lender lenders lending solvency insolvency bankruptcy
            insurance insurances insurer insurers insure insures insured insuring underwrite
            underwrites underwriting underwriter underwriters actuary actuaries actuarial
            policyholder policyholders pricing surcharge surcharges repricing fraud frauds
            fraudulent fraudster fraudsters antifraud aml kyc risk risks riskier risky
            chargeback chargebacks eligibility eligible ineligible decision decisions
            decisioning deny denies denied denying denial denials discriminate discriminates
            discriminating discrimination discriminatory affluent affluence wealthy borrower
            borrowers reject rejects rejected rejecting rejection rejections premiums collateral
            affordability refused refusing refusal refusals bankrupt bankruptcies insolvent
            underwrote underwritten discriminated crediting deductible deductibles payout
            payouts overcharge overcharges overcharging upcharging
        """),
        "hiring, housing and performance": listed("""
            hiring recruit recruits recruited recruiting recruiter recruiters recruitment
            applicant applicants candidate candidates candidacy employer employers employee
            employees employment employability hr hris personnel workforce payroll headcount
            appraisal appraisals assess assesses assessed assessing assessment assessments
            layoff layoffs redundancy redundancies dismissal dismissals firing productivity
            absenteeism attendance tenant tenants tenancy landlord landlords eviction evictions
            evict evicts evicting admissions proctor proctors proctored proctoring termination
            terminations screening promotability underperformer underperformers performer
            performers salary salaries compensation disciplinary unionise unionising unionize
            unionizing unionisation unionization expel expels expelled expulsion grading evicted
            fired hired terminated terminating unionised unionized expelling appraise assessor
            underperform underperforming salaried lateness tardiness punctuality offboarding
            poach poaching headhunt headhunts headhunting headhunter headhunters
        """),
        "surveillance": listed("""
            surveil surveils surveilled surveilling surveillance spy spies spied spying spyware
            stalk stalks stalked stalking stalker stalkers monitoring wiretap wiretaps
            wiretapping eavesdrop eavesdrops eavesdropping snoop snoops snooping watchlist
            watchlists blacklist blacklists blacklisting heatmap heatmaps geofence geofences
            geofencing fingerprinting keylogger doxx doxxing dox doxing blackmail extort extorts
            extorting extortion harass harasses harassing harassment exploit exploits exploited
            exploiting exploitation tabloid tabloids gossip secretly covert covertly undercover
            cctv intercept intercepts intercepted intercepting exposes exposed exposing deepfake
            deepfakes journalist journalists paparazzi whereabouts shadowing voyeur voyeurism
            nudes harassed extorted blacklisted blackmailed eavesdropped wiretapped geofenced
            doxed doxxed fingerprinted interception keystroke keystrokes
        """),
        "state and law": listed("""
            police policing prosecutor prosecutors prosecute prosecuting prosecution subpoena
            subpoenas warrant warrants detective detectives sheriff government governments
            governmental authorities military army cia fbi nsa dhs gchq interpol europol irs
            tribunal terrorism terrorist terrorists counterterrorism antiterrorism investigate
            investigates investigated investigating investigation investigations investigator
            investigators interrogate interrogation litigation lawsuit lawsuits ediscovery
            immigration deport deports deported deporting deportation parole enforcement
            regulator regulators regulatory compliance governance sentencing criminal criminals
            inmate inmates probation bail jury witness witnesses denunciation denounce informant
            informants asylum sanction sanctions sanctioned sanctioning welfare arrest arrests
            arrested arresting detain detains detained detention extradite extradition felony
            bailiff bailiffs officials ministry bribe bribes bribery prosecutes prosecuted
            prosecutions interrogated interrogating enforce enforced enforcing litigate
            litigated investigative subpoenaed extradited detaining bribed denounced sentenced
            policed regulation regulations affidavit affidavits defendant defendants plaintiff
            plaintiffs deposition depositions testimony testify magistrate senator senators
            soldiers troops intel informer informers extremist extremists dissident dissidents
            refugee refugees lawmakers legislators
        """),
        "analytics and research": listed("""
            analytics analytic analysis analyses analyse analysed analysing analyze analyzes
            analyzed analyzing analyst analysts telemetry metrics kpi kpis statistics
            statistical insight insights reporting research researches researched researching
            researcher researchers experiment experiments experimental experimentation mining
            aggregate aggregates aggregated aggregating aggregation warehouse warehouses
            warehousing moderation moderator moderators audit audits audited auditing auditor
            auditors logging hypothesis hypotheses regression regressions correlation
            correlations survey surveys usability poll polls polled polling instrumentation
            observability analytical analyzer statistic correlate correlated correlating
            surveyed surveying experimented experimenting epidemiology epidemiological
            longitudinal okr okrs roi roadmap
        """),
        "politics": listed("""
            political politically politics politician politicians partisan vote votes voted
            voting voter voters elect election elections electoral electorate ballot ballots
            referendum canvass canvasses canvassing lobbying lobbyist lobbyists propaganda
            disinformation misinformation constituent constituents donor donors fundraising
            fundraiser fundraisers gerrymander gerrymandering petition petitions turnout
            canvasser canvassers activist activists protesters supporters elected elects
            electing lobbied petitioning democrats republicans leaning leanings partisanship
            constituency constituencies
        """),
        "debt": listed("""
            debt debts debtor debtors indebted arrears collector collectors repossess
            repossesses repossessed repossessing repossession foreclosure foreclosures
            delinquent delinquency delinquencies dunning collections garnishment defaulter
            defaulters unpaid nonpayment defaulted delinquents indebtedness foreclose
            foreclosing
        """),
        "security and moderation": listed("""
            suspicious suspect suspects abuse abuses abuser abusers abusive offensive takeover
            intrusion intrusions malware threat threats bans banned banning detection detections
            misuse censor censors censored censoring censorship takedown takedowns shadowban
            shadowbanned toxicity nsfw violation violations phishing scam scams scammer scammers
            scare scares scaring moderates moderating prohibited abused abusing misused scammed
            scamming suspected takeovers violate violated violating botnet botnets hack hacks
            hacked hacking hacker hackers breach breaches anomaly anomalies anomalous sybil
            cheaters cheating blocklist blocklists hateful profanity profane obscene vulgar
            harmful nudity violator violators
        """),
        "turning the gate itself": listed("""
            jailbreak jailbreaks jailbreaking override overrides overriding bypass bypasses
            bypassing circumvent circumvents circumventing bypassed overridden overrode
            circumvented jailbroken
        """),
    }
)
