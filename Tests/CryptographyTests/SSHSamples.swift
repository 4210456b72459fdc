/// A key pair whose fingerprints were computed with the commands of the EC2 user guide.
enum SSHSamples {
    static let created = "db:fe:50:bb:4d:8d:c5:2b:94:5b:ea:ab:df:cf:66:31:6e:a2:be:cb"
    static let imported = "11:5b:87:4d:30:41:50:96:43:65:72:35:a4:95:04:4b"
    static let rsaPublic = """
        ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCjvzEQF13sN13oZIL9AVb8pStTUP8fRUxO4aoWpsIGwARwMMIyroQLXh3b3m/w\
        6OubT6IUjqbgquF+vPhJSb42zcXcUQlCwVS/VUe5NLfuVNQ+ulBsFbmMbzWGSffSvQjGjR2Kcrto7IwfxCSyKoazmdgTz8x0SK75\
        IMF4hu2NhF3M7abrBrUx0WVOO2ikUXlyq9KiHrONXTtapPnDjbFOxHycVRevA0PDBJOuUZHSMsYW3jL8unpxYrPcwiWl5/YeGyOG\
        UHYw2luQmvYfGhFf9KXjxbiW4ASDk8FZ1EMrC6Gd+I9wk7tBOFHQFh7b/i5VvNoGlbZdTTNnwTBnfSxt me
        """
    static let rsaPrivate = """
        -----BEGIN RSA PRIVATE KEY-----
        MIIEowIBAAKCAQEAo78xEBdd7Ddd6GSC/QFW/KUrU1D/H0VMTuGqFqbCBsAEcDDC
        Mq6EC14d295v8Ojrm0+iFI6m4Krhfrz4SUm+Ns3F3FEJQsFUv1VHuTS37lTUPrpQ
        bBW5jG81hkn30r0Ixo0dinK7aOyMH8QksiqGs5nYE8/MdEiu+SDBeIbtjYRdzO2m
        6wa1MdFlTjtopFF5cqvSoh6zjV07WqT5w42xTsR8nFUXrwNDwwSTrlGR0jLGFt4y
        /Lp6cWKz3MIlpef2HhsjhlB2MNpbkJr2HxoRX/Sl48W4luAEg5PBWdRDKwuhnfiP
        cJO7QThR0BYe2/4uVbzaBpW2XU0zZ8EwZ30sbQIDAQABAoIBAAyw+2UDYqC10934
        uFxSt8LCLH77JqLuVJFClVPHHf+270EgzlRuSUa2Rzss3OE/tE8n12ife9iq9epE
        TDwl7ovB3CWM1FprsJ1Zx0LYDq92vLKV7zjJYEW9stjTL9WSGDWHZ3Q9G0BxIRUv
        Nybl++W8tU4ny3Fx1rnxa31je9L9gSQixYl3JVPc25odBvgbWZy6Bn5jS8sX3XbP
        VZvQ8mfTtSmdpdcoMjyqpAxjc10qBRoc/GZwPh/VsPQGd/mlZazm4fkYGbmqu4rt
        05BgZflfLA0ptD76jv2VFiMAGKz94l7k0f7gCdJUzt1ezNPraBEJOswcJd2h/JK/
        rwrZyAMCgYEA08eqmy1abYI7YBD7VMXJDjCoV2IrUWfeaZC6VXreHJWneVoTUwEy
        MlYNL1QJ1uUnBKWRKhsDcpyK2AUfa9PIcy/wDTF/jPtNIWZN4MirOJd37VB06Gae
        xvfOCv0ZZ50j/dpf92as1aNVQ9LDD+2JNBI6PjkjAt1ISg5tkjOQutsCgYEAxe//
        gMExENOWJfMOlPvfv7JrvsNgNc0dBJtiMQO82Y3KO8O9mZkTZeaVogoFN2elgi+A
        Q6Z9RUNzzYsb9ba84+hRsuvOhrEHz7cSN9NFuqGSclpti4lLPwAdHidleTJnLjH1
        oqm24d5dkFylLEcSONybPJuH65RjP1emiMgaxFcCgYAVlgx1tLG658NVj2WOxnov
        0BXYklEIAyZQbEgR3mw1Tau8WsoNc9nB97NwV4iJNuI7PwUE3awESqB8VElXnEaa
        NxCox5rQq+y4sszNVKbfJdE7hy/jYFJexXNi+1lTjljUzyVo+jYzsGpId3sabIPH
        ovP806YV7KgppD7W4BqocQKBgQCTqmQ2reno37DYRufOBcn6vSTcf+06tfa8BR/P
        6TXuJ3WD+JduC2EJWGixJkCWAODcqotJ7N7v2U5/PRRyzw1ECYFJtdmxakilkbIp
        q5gNj5Qtc4Dd5GMacP9IC6QMMqn/MI5L98jT4Ix0smkXCz5w5UN6h51zBpS0ILPA
        v2gYqQKBgCxtWAbKDZ0u99Nn5++5jknOCMSbiqvHAnQ9PCmQ0ebWJH2tDfZb3oI5
        L967T3T7gV7h9e9jQNmvJFyYT0iGGlWfWbcHL9UV1AWFYuSfk7vprtlIqoGIMput
        FJm4AEjDheHH8aG2gB4mqk0QsuvuZIN2yzBHCRbxAw7LF51kcJ3p
        -----END RSA PRIVATE KEY-----

        """
}
