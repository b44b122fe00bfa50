"""The actions behind calls to ECR. Source: service authorization reference, Amazon Elastic Container Registry."""

from tasktool_infra.aws.authorization.rule import Rule

_REPOSITORY = "arn:{partition}:ecr:{region}:{account}:repository/{repositoryName}"

ECR = {
    "batch_get_image": (Rule("ecr:BatchGetImage", _REPOSITORY),),
    "create_repository": (
        Rule("ecr:CreateRepository", _REPOSITORY),
        Rule("ecr:TagResource", _REPOSITORY, when="tags"),
    ),
    "delete_lifecycle_policy": (Rule("ecr:DeleteLifecyclePolicy", _REPOSITORY),),
    "delete_repository": (Rule("ecr:DeleteRepository", _REPOSITORY),),
    "describe_images": (Rule("ecr:DescribeImages", _REPOSITORY),),
    "describe_repositories": (
        Rule("ecr:DescribeRepositories", _REPOSITORY.replace("{repositoryName}", "{repositoryNames}")),
    ),
    "get_lifecycle_policy": (Rule("ecr:GetLifecyclePolicy", _REPOSITORY),),
    "list_images": (Rule("ecr:ListImages", _REPOSITORY),),
    "list_tags_for_resource": (Rule("ecr:ListTagsForResource", "{resourceArn}"),),
    "put_image_scanning_configuration": (Rule("ecr:PutImageScanningConfiguration", _REPOSITORY),),
    "put_image_tag_mutability": (Rule("ecr:PutImageTagMutability", _REPOSITORY),),
    "put_lifecycle_policy": (Rule("ecr:PutLifecyclePolicy", _REPOSITORY),),
    "tag_resource": (Rule("ecr:TagResource", "{resourceArn}"),),
    "untag_resource": (Rule("ecr:UntagResource", "{resourceArn}"),),
}
